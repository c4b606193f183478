import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Nats } from './connect.ts'
import type { Outstanding } from './outstanding.ts'
import { createOutstanding } from './outstanding.ts'
import type { OutgoingMessage, PublishReply } from './reply-inbox.ts'
import { createReplyInbox, isDuplicate } from './reply-inbox.ts'

/**
 * Publishes without waiting and without a promise per message: replies are only counted. Nothing is queued or retried,
 * since PostgreSQL holds what has to be published. The outcomes in the metric are `acknowledged`, `duplicate`,
 * `refused` by the server (which is also logged), `dropped` because NATS is disconnected or too much is outstanding,
 * and `unanswered`, when the publisher stops waiting for a reply.
 */
export interface Publisher {
  /**
   * Sends the message, unless NATS is disconnected or more than `maxOutstanding` messages or `maxOutstandingBytes` of
   * payload are unanswered. Returns whether it was sent.
   */
  publish(message: OutgoingMessage): boolean
}

type Outcome = 'acknowledged' | 'duplicate' | 'refused' | 'dropped' | 'unanswered'

const PROBE_INTERVAL_MS = 1_000

/*
 * Invariants:
 *  1. Unanswered messages stay within both bounds, however long no reply arrives. This also bounds the memory for a
 *     server that does not read; only probes are added until the connection is closed (see `connectNats`).
 *  2. A stream that loses messages (one without a leader accepts them and does not reply) does not block publishing for
 *     good. While half of a bound is used, one message per second is a probe. It is sent even without room, in place of
 *     the oldest. Since a server replies to the messages of a connection in order, the reply to a probe shows that
 *     earlier messages that are still unanswered are lost.
 *  3. Messages from before a lost connection are not waited for, and a late reply to one is not counted for another.
 */
export function createPublisher(options: {
  nats: Nats
  maxOutstanding: number
  maxOutstandingBytes: number
  /** Called with the server's description of the error when a stream refuses a message. */
  onRefused?: (description: string) => void
  log: Log
  metrics: Metrics
}): Publisher {
  const { nats, maxOutstanding, maxOutstandingBytes, log, metrics } = options
  const published = metrics.counter({
    name: 'leadtriage_publishes_total',
    help: 'Messages published to a stream, by outcome: acknowledged, duplicate, refused, dropped, unanswered.',
    labelNames: ['outcome'],
  })
  const count = (outcome: Outcome, messages = 1) => published.inc({ outcome }, messages)
  const countReply = createReplyCounter(count, log, options.onRefused)
  const outstanding = createOutstanding(maxOutstanding, maxOutstandingBytes)
  const isProbeDue = createProbeClock(outstanding)

  const countUnanswered = (messages: number) => {
    if (messages > 0) count('unanswered', messages)
  }
  const replies = createReplyInbox({
    nats,
    onReply: (reply, probe) => {
      if (probe === undefined) outstanding.settleOldest()
      else countUnanswered(outstanding.settleThrough(probe)) // 2
      countReply(reply)
    },
    onConnectionLost: () => countUnanswered(outstanding.settleAll()), // 3
  })

  return {
    publish: (message) => {
      const { length } = message.payload
      const connection = nats.up()
      const isProbe = connection !== undefined && isProbeDue()
      if (connection === undefined || !(isProbe || outstanding.hasRoom(length))) {
        count('dropped')
        return false
      }
      replies.publish(connection, message, isProbe ? outstanding.nextNumber() : undefined)
      if (isProbe) countUnanswered(outstanding.makeRoom(length)) // 1
      outstanding.add(length)
      return true
    },
  }
}

/** Counts replies by outcome and logs refusals. */
function createReplyCounter(
  count: (outcome: Outcome) => void,
  log: Log,
  onRefused?: (description: string) => void,
): (reply: PublishReply) => void {
  const logMissing = createThrottledLog(log, 'error', 'a message was not stored: the stream is missing')
  const logRefusal = createThrottledLog(log, 'error', 'a stream refused a message')

  return (reply) => {
    if (reply === 'stored') return count('acknowledged')
    if (reply === 'no_stream') {
      count('refused')
      return logMissing({})
    }
    if (isDuplicate(reply)) return count('duplicate')
    count('refused')
    logRefusal({ refusal: reply })
    onRefused?.(reply.description)
  }
}

/** Returns whether the next message is a probe: one per second, once half of a bound has been used for a second. */
function createProbeClock(outstanding: Outstanding): () => boolean {
  let since: number | undefined // time of the last probe, or of the first message that found half of a bound used

  return () => {
    if (!outstanding.isHalfFull()) {
      since = undefined
      return false
    }
    const now = performance.now()
    since ??= now
    if (now - since < PROBE_INTERVAL_MS) return false
    since = now
    return true
  }
}
