import type { Delivery } from './delivery.ts'

/*
 * Counts how often a message was attempted. The server counts deliveries, and a delivery ends in one of three ways:
 *  1. It failed: the handler threw. This is one attempt, and no sign of a poison message.
 *  2. It was postponed (snoozed, or returned by a draining worker). This is no attempt, however often it happens.
 *  3. It was unanswered: the process died or the ack wait expired. This is one attempt. After two of them the message
 *     may be what kills its worker: a poison message, which is handled alone. Messages in flight at the same time go
 *     unanswered with it, so from then on only handlings recorded before they started count.
 * The tracker records how a delivery ended before the nak is sent. A delivery without a record went unanswered.
 */

/** The recorded earlier deliveries of a message. */
export interface DeliveryHistory {
  /** Deliveries that ended with a nak: failed or postponed. */
  readonly answered: number
  /** Of these, the failed ones. */
  readonly failures: number
  /** Handlings recorded by {@link AttemptTracker.begin} that went unanswered. */
  readonly begun: number
}

export const NO_HISTORY: DeliveryHistory = { answered: 0, failures: 0, begun: 0 }

/** How a delivery ended. */
export interface DeliveryEnd {
  readonly failed: boolean
  /** Whether {@link AttemptTracker.begin} had recorded its handling. */
  readonly begun: boolean
}

/** Records outside the process how deliveries ended, until their message is settled. */
export interface AttemptTracker<Event> {
  recall(delivery: Delivery<Event>): Promise<DeliveryHistory>
  /**
   * Records that a poison message is about to be handled. Resolves to the number of unanswered starts with this one.
   */
  begin(delivery: Delivery<Event>): Promise<number>
  /** Records how a delivery ends, before the nak is sent. */
  recordEnd(delivery: Delivery<Event>, end: DeliveryEnd): Promise<void>
}

/** Number of unanswered deliveries that make a poison message. */
const POISON_THRESHOLD = 2

/** @returns the attempts that the earlier deliveries count for, without those recorded by `begin` */
export function earlierAttempts(
  deliveryCount: number,
  history: DeliveryHistory,
): { attempts: number; isPoison: boolean } {
  // a recreated consumer counts deliveries from 1 again
  const unanswered = Math.max(0, deliveryCount - 1 - history.answered)
  return {
    attempts: history.failures + Math.min(unanswered, POISON_THRESHOLD),
    isPoison: unanswered >= POISON_THRESHOLD,
  }
}
