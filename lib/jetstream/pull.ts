import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { createInbox } from '@nats-io/transport-node'

/*
 * One pull request: a long poll for up to `batch` messages, open until they have arrived or it expires. The client's
 * `fetch` and `consume` are not used because they send further requests by themselves, on reconnect or as messages
 * arrive, whether or not there is room for more. Invariants:
 *  1. Each pull has its own inbox, which receives at most `batch` messages.
 *  2. It ends exactly once, with a reason. No message is delivered after that.
 *  3. If the server has lost the request, the pull ends after 6 to 9 seconds: two consecutive heartbeats are missing.
 *  4. `stop` loses no message that the server has sent by then.
 */

/** Why a pull ended. */
export const PullEnd = {
  /** The requested number of messages arrived. */
  Complete: 'complete',
  /** The request expired. */
  Expired: 'expired',
  /** By {@link Pull.stop}. */
  Stopped: 'stopped',
  /** The consumer was deleted or does not exist. */
  ConsumerGone: 'consumer_gone',
  /** The connection was lost, and the request with it. */
  ConnectionLost: 'connection_lost',
  /** The connection is up, but the server has lost the request or hangs. */
  MissedHeartbeats: 'missed_heartbeats',
  /** The server ended the request, for example on a leader change or because there are too many requests. */
  Refused: 'refused',
} as const
export type PullEnd = (typeof PullEnd)[keyof typeof PullEnd]

interface PullOutcome {
  readonly end: PullEnd
  /** The server's status or another explanation, for logs. */
  readonly detail: string
}

export interface Pull {
  /** Never rejects. */
  readonly ended: Promise<PullOutcome>
  /** Cancels the request and ends once all messages sent by then are delivered. Safe to call twice. */
  stop(): void
  /** Ends immediately, when the connection or the consumer is lost. */
  abandon(end: PullEnd, detail: string): void
}

export interface PullRequest {
  readonly stream: string
  readonly consumer: string
  readonly inboxPrefix: string
  /** Maximum number of messages. */
  readonly batch: number
  readonly expiresMs: number
  readonly onMessage: (message: Msg) => void
  /** Called on each message, heartbeat and regular end: the server is processing the request. */
  readonly onActivity: () => void
}

const HEARTBEAT_MS = 3_000
const MISSED_HEARTBEATS = 2
const NANOS_PER_MS = 1_000_000

export function startPull(connection: NatsConnection, request: PullRequest): Pull {
  const { batch, expiresMs, onMessage, onActivity } = request
  const inbox = createInbox(request.inboxPrefix)
  const { promise: ended, resolve } = Promise.withResolvers<PullOutcome>()
  let received = 0
  let hasEnded = false
  let isStopping = false
  let isIdle = false // no message or status since the last timer tick
  let missed = 0

  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (hasEnded) return // 2
      if (error) return finish(PullEnd.Refused, error.message)
      isIdle = false
      // a status is addressed to the inbox, a message keeps its own subject
      if (message.subject === inbox) return handleStatus(message)
      received += 1
      onActivity()
      onMessage(message)
      if (received >= batch) finish(PullEnd.Complete, 'received the requested number of messages') // 1
    },
  })
  const monitor = setInterval(() => {
    missed = isIdle ? missed + 1 : 0
    isIdle = true
    if (missed < MISSED_HEARTBEATS) return
    cancel(PullEnd.MissedHeartbeats, `the server sent no heartbeat for ${MISSED_HEARTBEATS * HEARTBEAT_MS} ms`) // 3
  }, HEARTBEAT_MS)

  const handleStatus = (message: Msg) => {
    const code = message.headers?.code
    const detail = `${code} ${message.headers?.description ?? ''}`.trim()
    const end = endOf(code, detail)
    if (end === undefined || end === PullEnd.Expired) onActivity()
    if (end !== undefined) finish(end, detail)
  }
  const finish = (end: PullEnd, detail: string) => {
    if (hasEnded) return
    hasEnded = true
    clearInterval(monitor)
    if (!subscription.isClosed()) subscription.unsubscribe()
    resolve({ end, detail })
  }
  /** `drain` unsubscribes and sends a ping; its pong arrives after everything that the server sent before. */
  const cancel = (end: PullEnd, detail: string) => {
    if (hasEnded || isStopping) return
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
      // the server refuses a heartbeat longer than half of the expiry
      ...(expiresMs > 2 * HEARTBEAT_MS && { idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS }),
    }),
    { reply: inbox },
  )
  return {
    ended,
    stop: () => cancel(PullEnd.Stopped, 'stopped'),
    abandon: finish,
  }
}

/**
 * Maps a status to the reason why the pull ends; undefined if it continues.
 *
 * @see https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-37.md
 */
function endOf(code: number | undefined, detail: string): PullEnd | undefined {
  if (code === 100) return undefined // a heartbeat
  if (code === 404 || code === 408) return PullEnd.Expired
  if (code === 503) return PullEnd.ConsumerGone // no responders: the consumer does not exist
  if (code === 409 && /consumer deleted/i.test(detail)) return PullEnd.ConsumerGone
  if (code === 409 && /batch completed/i.test(detail)) return PullEnd.Complete
  return PullEnd.Refused
}
