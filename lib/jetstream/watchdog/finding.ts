import type { QueueLook } from './look.ts'

/** Why a queue that holds messages does not move. */
export const Finding = {
  /** The server lists messages that it cannot read. */
  Unreadable: 'unreadable_messages',
  /** The consumer takes pulls and answers none. */
  Mute: 'consumer_mute',
  /** Messages are in the stream, and the consumer will not deliver them: it takes them for delivered. */
  Skipped: 'skipped_messages',
  /** Messages and pulls wait for each other. */
  NotDelivering: 'not_delivering',
  /** Several pulls in a row were forgotten by a server that is up. */
  MissedHeartbeats: 'missed_heartbeats',
} as const
export type Finding = (typeof Finding)[keyof typeof Finding]

/** Whether nothing was finished or recreated between two looks. */
export function isUnfinished(previous: QueueLook, current: QueueLook): boolean {
  return (
    previous.streamCreated === current.streamCreated &&
    previous.consumerCreated === current.consumerCreated &&
    previous.firstSequence === current.firstSequence &&
    previous.answered === current.answered
  )
}

/**
 * What a queue that stood still looks like from the figures alone; undefined when it may well be in order. While no pull
 * waits it may: the workers have as much as they take.
 */
export function findingOf({
  messages,
  skipped,
  pending,
  pulls,
  inFlight,
  maxInFlight,
}: QueueLook): Finding | undefined {
  if (pulls === 0) return undefined
  if (skipped > 0) return Finding.Skipped
  const waiting = Math.min(pending, messages - inFlight) // a server may have lost count of what is pending
  return waiting > 0 && inFlight < maxInFlight ? Finding.NotDelivering : undefined
}
