import type { Msg } from '@nats-io/transport-node'

/** What the server says of a delivery. */
export interface DeliveryInfo {
  /** 1 the first time. */
  readonly deliveryCount: number
  /** Place of the message in its stream; a stream that is created again counts from the start again. */
  readonly streamSequence: number
  /** Place of this delivery among all of the consumer. */
  readonly consumerSequence: number
  /** When the stream stored the message, in nanoseconds of the server's clock. With the sequence it names a message. */
  readonly timestamp: string
}

/** A message of a stream, to be answered by the worker that pulled it. Of several answers only the first is sent. */
export interface StreamMessage extends DeliveryInfo {
  readonly subject: string
  readonly data: Uint8Array
  header(name: string): string | undefined
  /** Done: the message leaves the stream. */
  ack(): void
  /** Not now: delivered again after `delayMs`. */
  nak(delayMs: number): void
  /** Never again: the message leaves the stream although it was not handled. */
  term(): void
  /** Still at it: the ack wait starts anew. */
  working(): void
}

const ACK = Buffer.from('+ACK')
const TERM = Buffer.from('+TERM')
const WORKING = Buffer.from('+WPI')

/** Sends an answer, or drops it. */
export type Respond = (message: Msg, payload: Uint8Array, isFinal: boolean) => void

export function toStreamMessage(message: Msg, respond: Respond): StreamMessage {
  return new PulledMessage(message, respond)
}

/** A class, since there is one for every lead: its methods are not made anew each time. */
class PulledMessage implements StreamMessage {
  readonly #message: Msg
  readonly #respond: Respond
  readonly deliveryCount: number
  readonly streamSequence: number
  readonly consumerSequence: number
  readonly timestamp: string
  #isAnswered = false

  constructor(message: Msg, respond: Respond) {
    this.#message = message
    this.#respond = respond
    const info = parseAckSubject(message.reply ?? '')
    this.deliveryCount = info.deliveryCount
    this.streamSequence = info.streamSequence
    this.consumerSequence = info.consumerSequence
    this.timestamp = info.timestamp
  }

  get subject(): string {
    return this.#message.subject
  }

  get data(): Uint8Array {
    return this.#message.data
  }

  header(name: string): string | undefined {
    return this.#message.headers?.get(name) || undefined
  }

  ack(): void {
    this.#answer(ACK)
  }

  nak(delayMs: number): void {
    this.#answer(Buffer.from(`-NAK ${JSON.stringify({ delay: Math.ceil(delayMs) * 1_000_000 })}`))
  }

  term(): void {
    this.#answer(TERM)
  }

  working(): void {
    if (!this.#isAnswered) this.#respond(this.#message, WORKING, false)
  }

  #answer(payload: Uint8Array): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#respond(this.#message, payload, true)
  }
}

/** `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<timestamp>.<pending>` */
const TOKENS = 9
/** Newer servers put the domain and a hash of the account in front, and may put a random token behind (ADR-15). */
const TOKENS_WITH_DOMAIN = 11

/**
 * Reads the subject that answers to a delivery go to.
 *
 * @throws Error when it is none
 * @see https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md
 */
export function parseAckSubject(subject: string): DeliveryInfo {
  const tokens = subject.split('.')
  const isAck = tokens[0] === '$JS' && tokens[1] === 'ACK'
  if (!isAck || (tokens.length !== TOKENS && tokens.length < TOKENS_WITH_DOMAIN)) {
    throw new Error(`not the subject of an acknowledgement: ${subject}`)
  }
  const first = tokens.length === TOKENS ? 4 : 6
  return {
    deliveryCount: Number(tokens[first]),
    streamSequence: Number(tokens[first + 1]),
    consumerSequence: Number(tokens[first + 2]),
    timestamp: tokens[first + 3] ?? '',
  }
}
