import type { Delivery } from './delivery.ts'

/*
 * How often a message was attempted. The server counts deliveries, and a delivery has three kinds of end:
 *  1. It failed: the handler threw. One attempt, and no sign of danger.
 *  2. It was put off (a snooze, or a worker that drains and gives it back): no attempt, however often.
 *  3. Nothing answered: the process died, or the ack wait passed. One attempt, and after two of them the message may be
 *     what kills its worker: a poison message, which is handled alone. What was delivered beside it shares its fate, so
 *     from then on only those handlings count that were noted down before they began.
 * Before a delivery is answered with a nak, the tracker notes how it ended. What it does not know of went unanswered.
 */

/** What is known of the earlier deliveries of a message. */
export interface DeliveryHistory {
  /** How many were answered, with a failure or put off. */
  readonly answered: number
  /** How many of these were failures. */
  readonly failures: number
  /** How many handlings were noted down before they began, and have no answer. */
  readonly begun: number
}

export const NO_HISTORY: DeliveryHistory = { answered: 0, failures: 0, begun: 0 }

/** How a delivery ended. */
export interface DeliveryEnd {
  readonly failed: boolean
  /** Whether its handling was noted down by {@link AttemptTracker.begin}. */
  readonly begun: boolean
}

/** Remembers outside the process how the deliveries of messages ended, until they are settled. */
export interface AttemptTracker<Event> {
  recall(delivery: Delivery<Event>): Promise<DeliveryHistory>
  /** Notes down that a poison message is about to be handled; resolves to how often that has no answer, this included. */
  begin(delivery: Delivery<Event>): Promise<number>
  /** Notes down how a delivery ends, before it does. */
  recordEnd(delivery: Delivery<Event>, end: DeliveryEnd): Promise<void>
}

/** A message with so many unanswered deliveries is a poison message. */
const POISON_FROM = 2

/** @returns what the deliveries before this one count as attempts, those that `begin` noted down apart */
export function earlierAttempts(
  deliveryCount: number,
  history: DeliveryHistory,
): { attempts: number; isPoison: boolean } {
  // a consumer that was created again counts deliveries from 1 again
  const unanswered = Math.max(0, deliveryCount - 1 - history.answered)
  return { attempts: history.failures + Math.min(unanswered, POISON_FROM), isPoison: unanswered >= POISON_FROM }
}
