import type { Metrics } from '../../telemetry/metrics.ts'
import type { QueueSnapshot } from './queue-snapshot.ts'

/** Why a queue with messages makes no progress. */
export const Finding = {
  /** The server lists messages that it cannot read. */
  Unreadable: 'unreadable_messages',
  /** The consumer accepts pulls and does not respond. */
  Mute: 'consumer_mute',
  /** Messages are in the stream, but the consumer does not deliver them because it considers them delivered. */
  Skipped: 'skipped_messages',
  /** Messages and pulls are waiting, but nothing is delivered. */
  NotDelivering: 'not_delivering',
  /** The server is up and has lost several pulls in a row. */
  MissedHeartbeats: 'missed_heartbeats',
} as const
export type Finding = (typeof Finding)[keyof typeof Finding]

/** Whether no message was finished and nothing was recreated between two snapshots. */
export function hasNoProgress(previous: QueueSnapshot, current: QueueSnapshot): boolean {
  return (
    previous.streamCreated === current.streamCreated &&
    previous.consumerCreated === current.consumerCreated &&
    previous.firstSequence === current.firstSequence &&
    previous.ackFloor === current.ackFloor
  )
}

/**
 * Classifies a queue without progress by its figures alone; undefined if it may be healthy. Without a waiting pull it
 * may be: the workers have as many messages as they take.
 */
export function classifyQueue({
  messages,
  skipped,
  pending,
  pulls,
  inFlight,
  maxInFlight,
}: QueueSnapshot): Finding | undefined {
  if (pulls === 0) return undefined
  if (skipped > 0) return Finding.Skipped
  const waiting = Math.min(pending, messages - inFlight) // a server may overcount pending messages
  return waiting > 0 && inFlight < maxInFlight ? Finding.NotDelivering : undefined
}

/** Counts deleted streams by reason. Each reason starts at 0, otherwise Prometheus would miss its first increase. */
export function countStreamRecreations(metrics: Metrics, reasons: readonly string[]) {
  const counter = metrics.counter({
    name: 'leadtriage_stream_recreations_total',
    help: 'LEADS streams deleted, and then recreated, because they delivered or stored no messages, by reason.',
    labelNames: ['reason'],
  })
  for (const reason of reasons) counter.inc({ reason }, 0)
  return counter
}
