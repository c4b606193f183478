import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import { createInbox, MsgHdrsImpl } from '@nats-io/transport-node'
import { z } from 'zod'
import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Nats, NatsConnection } from './connect.ts'
import type { Outstanding } from './outstanding.ts'
import { createOutstanding } from './outstanding.ts'

/** A message for a stream. */
export interface OutgoingMessage {
  readonly subject: string
  readonly payload: Uint8Array
  /** `Nats-Msg-Id`: the stream drops a second message of the same id within its duplicate window. */
  readonly messageId: string
  readonly traceparent: string
}

/**
 * Publishes to a stream without a promise per message: every acknowledgement comes to one inbox and is counted there.
 * Nothing is queued or sent again: Postgres holds what has to be published. What becomes of each message is counted by
 * outcome: acknowledged, a duplicate, refused by the server (which is logged too), dropped because NATS is away or too
 * far behind, or unanswered, when its reply is no longer waited for.
 */
export interface Publisher {
  /**
   * Sends the message unless NATS is away, or more is unanswered than `maxOutstanding` messages or
   * `maxOutstandingBytes` of payload allow; says whether it was sent.
   */
  publish(message: OutgoingMessage): boolean
}

type Outcome = 'acknowledged' | 'duplicate' | 'refused' | 'dropped' | 'unanswered'

const PROBE_EVERY_MS = 1_000
/**
 * The lead already waits in the mailbox, which is what was wanted. The code says only that the message could not be
 * stored, also when the stream is full; the words tell which.
 */
const ALREADY_QUEUED = { code: 10077, words: 'per subject' }
/** The status of a reply that the server sends itself when nobody listens to the subject. */
export const NO_RESPONDERS = 503
const errorReplySchema = z.object({ error: z.object({ err_code: z.number(), description: z.string() }) })

/*
 * Invariants:
 *  1. What is unanswered stays within both bounds, however long no reply comes. It is all that can wait here for a server
 *     that does not read, but for the probes until its connection is given up (see `connectNats`).
 *  2. A stream that loses messages (one without a leader takes them and says nothing) does not stop the publishing for
 *     good. While half of a bound is taken, a message every second is a probe: it goes out though there is no room, in
 *     place of the oldest, and its reply shows that those before it, unanswered still, are lost: a server answers the
 *     messages of a connection in their order.
 *  3. Nothing that was sent before the connection was lost is waited for, and no late reply to it is counted for another.
 */
export function createPublisher(options: {
  nats: Nats
  maxOutstanding: number
  maxOutstandingBytes: number
  /** Told how the server describes why it refused a message. */
  onRefused?: (description: string) => void
  log: Log
  metrics: Metrics
}): Publisher {
  const { nats, maxOutstanding, maxOutstandingBytes, log, metrics } = options
  const published = metrics.counter({
    name: 'leadtriage_publishes_total',
    help: 'Messages for a stream, by outcome: acknowledged, duplicate, refused, dropped, unanswered.',
    labelNames: ['outcome'],
  })
  const count = (outcome: Outcome, messages = 1) => published.inc({ outcome }, messages)
  const countReply = createReplyCounter(count, log, options.onRefused)
  const outstanding = createOutstanding(maxOutstanding, maxOutstandingBytes)
  const isProbeDue = createProbeClock(outstanding)
  let inbox: { subject: string; close(): void } | undefined

  const giveUp = (messages: number) => {
    if (messages > 0) count('unanswered', messages)
  }
  const openInbox = (connection: NatsConnection) => {
    const subject = createInbox(nats.inboxPrefix)
    const replies = connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return
        outstanding.settleOldest()
        countReply(message)
      },
    })
    const repliesToProbes = connection.subscribe(`${subject}.*`, {
      callback: (error, message) => {
        if (error) return
        giveUp(outstanding.settleThrough(Number(message.subject.slice(subject.length + 1)))) // 2
        countReply(message)
      },
    })
    const close = () => {
      replies.unsubscribe()
      repliesToProbes.unsubscribe()
    }
    return { subject, close }
  }
  void watchDisconnects(nats, () => {
    giveUp(outstanding.settleAll()) // 3
    inbox?.close()
    inbox = undefined
  })

  return {
    publish: ({ subject, payload, messageId, traceparent }) => {
      const connection = nats.up()
      const isProbe = connection !== undefined && isProbeDue()
      if (connection === undefined || !(isProbe || outstanding.hasRoom(payload.length))) {
        count('dropped')
        return false
      }
      inbox ??= openInbox(connection)
      connection.publish(subject, payload, {
        headers: messageHeaders(messageId, traceparent),
        reply: isProbe ? `${inbox.subject}.${outstanding.nextNumber()}` : inbox.subject,
      })
      if (isProbe) giveUp(outstanding.makeRoom(payload.length)) // 1
      outstanding.add(payload.length)
      return true
    },
  }
}

/** Counts replies by outcome, and logs those that say no. */
function createReplyCounter(
  count: (outcome: Outcome) => void,
  log: Log,
  onRefused?: (description: string) => void,
): (message: Msg) => void {
  const logMissing = createThrottledLog(log, 'error', 'no stream took a message: the stream is missing')
  const logRefusal = createThrottledLog(log, 'error', 'a stream refused a message')

  return (message) => {
    if (message.headers?.code === NO_RESPONDERS) {
      count('refused')
      return logMissing({})
    }
    const reply = replyText(message)
    if (!reply.includes('"error"')) return count('acknowledged')
    const refusal = parseRefusal(reply)
    if (saysAlreadyQueued(refusal)) return count('duplicate')
    count('refused')
    logRefusal({ refusal })
    onRefused?.(refusal.description)
  }
}

/** Says whether the next message is a probe: one a second, after half of a bound was taken for as long. */
function createProbeClock(outstanding: Outstanding): () => boolean {
  let since: number | undefined // the last probe, or the first message that found half of a bound taken

  return () => {
    if (!outstanding.isHalfFull()) {
      since = undefined
      return false
    }
    const now = performance.now()
    since ??= now
    if (now - since < PROBE_EVERY_MS) return false
    since = now
    return true
  }
}

/**
 * The headers of every message of ours on a stream. All are made by us, so none needs to be searched for line breaks, as
 * setting one header after the other does.
 */
export function messageHeaders(messageId: string, traceparent: string): MsgHdrs {
  return MsgHdrsImpl.fromRecord({
    'Nats-Msg-Id': [messageId],
    traceparent: [traceparent],
    'content-type': ['application/protobuf'],
  })
}

async function watchDisconnects(nats: Nats, onDisconnect: () => void): Promise<void> {
  const connection = await nats.first().catch(() => undefined) // closed before it was made
  if (connection === undefined) return
  for await (const status of connection.status()) if (status.type === 'disconnect') onDisconnect()
}

export function saysAlreadyQueued({ err_code, description }: { err_code: number; description: string }): boolean {
  return err_code === ALREADY_QUEUED.code && description.includes(ALREADY_QUEUED.words)
}

/** A publish reply as it came, not copied. */
export function replyText({ data }: Msg): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

/** The error of a publish reply, when it is one; anything else is reported as it came. */
export function parseRefusal(reply: Buffer) {
  try {
    return errorReplySchema.parse(JSON.parse(reply.toString())).error
  } catch (cause) {
    return { err_code: 0, description: `unreadable reply: ${String(cause)}` }
  }
}
