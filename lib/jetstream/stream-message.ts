import type { Msg } from '@nats-io/transport-node'

/** The server's metadata of a delivery. */
export interface DeliveryInfo {
  /** 1 the first time. */
  readonly deliveryCount: number
  /** Sequence of the message in its stream. A recreated stream may repeat sequences. */
  readonly streamSequence: number
  /** Sequence of this delivery in the consumer. */
  readonly consumerSequence: number
  /** When the stream stored the message, in nanoseconds by the server's clock. Unique together with the sequence. */
  readonly timestamp: string
}

/** A pulled message. Only the first of `ack`, `nak` and `term` is sent. */
export interface StreamMessage extends DeliveryInfo {
  readonly subject: string
  readonly data: Uint8Array
  header(name: string): string | undefined
  /** Handled: removes the message from the stream. */
  ack(): void
  /** Requests redelivery after `delayMs`. */
  nak(delayMs: number): void
  /** Removes the message from the stream although it was not handled. */
  term(): void
  /** In progress: restarts the ack wait. */
  working(): void
}

const ACK = Buffer.from('+ACK')
const TERM = Buffer.from('+TERM')
const WORKING = Buffer.from('+WPI')

/** Sends an acknowledgement of any kind, or drops it. `isFinal` is false for {@link StreamMessage.working}. */
export type Respond = (message: Msg, payload: Uint8Array, isFinal: boolean) => void

export function toStreamMessage(message: Msg, respond: Respond): StreamMessage {
  return new PulledMessage(message, respond)
}

/** A class, since one is created per lead and closures would be allocated each time. */
class PulledMessage implements StreamMessage {
  readonly #message: Msg
  readonly #respond: Respond
  readonly deliveryCount: number
  readonly streamSequence: number
  readonly consumerSequence: number
  readonly timestamp: string
  #isSettled = false

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
    this.#settle(ACK)
  }

  nak(delayMs: number): void {
    this.#settle(Buffer.from(`-NAK ${JSON.stringify({ delay: Math.ceil(delayMs) * 1_000_000 })}`))
  }

  term(): void {
    this.#settle(TERM)
  }

  working(): void {
    if (!this.#isSettled) this.#respond(this.#message, WORKING, false)
  }

  #settle(payload: Uint8Array): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#respond(this.#message, payload, true)
  }
}

/** `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<timestamp>.<pending>` */
const TOKENS = 9
/** Newer servers insert the domain and an account hash and may append a random token (ADR-15). */
const TOKENS_WITH_DOMAIN = 11

/**
 * Parses the ack subject of a delivery, which is the reply subject of its message.
 *
 * @throws Error if it is not an ack subject
 * @see https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md
 */
export function parseAckSubject(subject: string): DeliveryInfo {
  const tokens = subject.split('.')
  const isAck = tokens[0] === '$JS' && tokens[1] === 'ACK'
  if (!isAck || (tokens.length !== TOKENS && tokens.length < TOKENS_WITH_DOMAIN)) {
    throw new Error(`not an ack subject: ${subject}`)
  }
  const first = tokens.length === TOKENS ? 4 : 6
  return {
    deliveryCount: Number(tokens[first]),
    streamSequence: Number(tokens[first + 1]),
    consumerSequence: Number(tokens[first + 2]),
    timestamp: tokens[first + 3] ?? '',
  }
}
