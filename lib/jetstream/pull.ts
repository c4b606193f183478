import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { createInbox } from '@nats-io/transport-node'

/*
 * One pull: a request for up to `batch` messages that stands at the server until there were as many or its time is over
 * (a long poll). Not the client's `fetch` or `consume`: these ask again by themselves when a connection comes back or
 * messages arrive, whether there is room for more or not. Invariants:
 *  1. Each pull has an inbox of its own, and at most `batch` messages come to it.
 *  2. It ends exactly once, and says why. After that no message comes.
 *  3. A request that the server has lost ends it after 6 to 9 seconds: two heartbeats in a row are missing.
 *  4. `stop` loses nothing that the server has sent by then.
 */

/** Why a pull ended. */
export const PullEnd = {
  /** As many messages came as were asked for. */
  Complete: 'complete',
  /** Its time is over. */
  Expired: 'expired',
  /** By {@link Pull.stop}. */
  Stopped: 'stopped',
  /** The consumer was deleted, or is not there. */
  ConsumerGone: 'consumer_gone',
  /** The connection broke: the server has forgotten the request. */
  ConnectionLost: 'connection_lost',
  /** The connection is up, and the server has forgotten the request or hangs. */
  MissedHeartbeats: 'missed_heartbeats',
  /** The server ended it for a reason of its own: its leader changed, or it has too many requests. */
  Refused: 'refused',
} as const
export type PullEnd = (typeof PullEnd)[keyof typeof PullEnd]

interface PullOutcome {
  readonly end: PullEnd
  /** What the server said, or what is known otherwise; for logs. */
  readonly detail: string
}

export interface Pull {
  /** Never rejects. */
  readonly ended: Promise<PullOutcome>
  /** Takes the request back; what the server has sent by then still comes before it ends. Safe to call twice. */
  stop(): void
  /** Ends it at once: its connection is lost, or its consumer gone. */
  abandon(end: PullEnd, detail: string): void
}

export interface PullRequest {
  readonly stream: string
  readonly consumer: string
  /** What the inbox begins with. */
  readonly inboxPrefix: string
  /** How many messages may come. */
  readonly batch: number
  readonly expiresMs: number
  readonly onMessage: (message: Msg) => void
  /** Called when the server is heard: at each message, each heartbeat and a regular end. */
  readonly onSign: () => void
}

const HEARTBEAT_MS = 3_000
const MISSED_HEARTBEATS = 2
const NANOS_PER_MS = 1_000_000

export function startPull(connection: NatsConnection, request: PullRequest): Pull {
  const { batch, expiresMs, onMessage, onSign } = request
  const inbox = createInbox(request.inboxPrefix)
  const { promise: ended, resolve } = Promise.withResolvers<PullOutcome>()
  let received = 0
  let isOver = false
  let isStopping = false
  let isSilent = false // since the timer looked last
  let missed = 0

  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (isOver) return // 2
      if (error) return finish(PullEnd.Refused, error.message)
      isSilent = false
      // a status is sent to the inbox itself, a message comes under its own subject
      if (message.subject === inbox) return readStatus(message)
      received += 1
      onSign()
      onMessage(message)
      if (received >= batch) finish(PullEnd.Complete, 'as many as asked for') // 1
    },
  })
  const monitor = setInterval(() => {
    missed = isSilent ? missed + 1 : 0
    isSilent = true
    if (missed < MISSED_HEARTBEATS) return
    takeBack(PullEnd.MissedHeartbeats, `the server sent no heartbeat for ${MISSED_HEARTBEATS * HEARTBEAT_MS} ms`) // 3
  }, HEARTBEAT_MS)

  const readStatus = (message: Msg) => {
    const code = message.headers?.code
    const detail = `${code} ${message.headers?.description ?? ''}`.trim()
    const end = endOf(code, detail)
    if (end === undefined || end === PullEnd.Expired) onSign()
    if (end !== undefined) finish(end, detail)
  }
  const finish = (end: PullEnd, detail: string) => {
    if (isOver) return
    isOver = true
    clearInterval(monitor)
    if (!subscription.isClosed()) subscription.unsubscribe()
    resolve({ end, detail })
  }
  /** The answer to a ping comes behind whatever the server sent before it took the subscription away. */
  const takeBack = (end: PullEnd, detail: string) => {
    if (isOver || isStopping) return
    isStopping = true
    clearInterval(monitor)
    const drained = subscription.isClosed() ? Promise.resolve() : subscription.drain()
    drained.catch(() => undefined).then(() => finish(end, detail)) // 4
  }

  connection.publish(
    `$JS.API.CONSUMER.MSG.NEXT.${request.stream}.${request.consumer}`,
    JSON.stringify({
      batch,
      expires: expiresMs * NANOS_PER_MS,
      // the server refuses a heartbeat of more than half the time
      ...(expiresMs > 2 * HEARTBEAT_MS && { idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS }),
    }),
    { reply: inbox },
  )
  return {
    ended,
    stop: () => takeBack(PullEnd.Stopped, 'stopped'),
    abandon: finish,
  }
}

/**
 * What a status means for the pull; undefined when it goes on.
 *
 * @see https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-37.md
 */
function endOf(code: number | undefined, detail: string): PullEnd | undefined {
  if (code === 100) return undefined // a heartbeat
  if (code === 404 || code === 408) return PullEnd.Expired
  if (code === 503) return PullEnd.ConsumerGone // nobody hears requests for such a consumer
  if (code === 409 && /consumer deleted/i.test(detail)) return PullEnd.ConsumerGone
  if (code === 409 && /batch completed/i.test(detail)) return PullEnd.Complete
  return PullEnd.Refused
}
