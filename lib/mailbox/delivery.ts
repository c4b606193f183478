import type { StreamMessage } from '../jetstream/stream-message.ts'

/** A delivered message, as passed to a handler. */
export interface Delivery<Event> {
  /** The decoded message. */
  readonly event: Event
  readonly subject: string
  /** 1 for the first delivery. */
  readonly deliveryCount: number
  /** Unique among all messages that were ever in a stream of this name. */
  readonly messageId: string
  header(name: string): string | undefined
}

/** Why a message left the queue unhandled: dead-lettered, or parked until a later retry. */
export interface DeadLetterCause {
  readonly reason: 'delivery_limit' | 'failed' | 'parked'
  readonly error: string
  readonly attempts: number
  /** Time until the retry, for the reason `parked`. */
  readonly retryAfterMs?: number
}

export function toDelivery<Event>(message: StreamMessage, event: Event): Delivery<Event> {
  return {
    event,
    subject: message.subject,
    deliveryCount: message.deliveryCount,
    // a recreated stream repeats sequences
    messageId: `${message.streamSequence}@${message.timestamp}`,
    header: (name) => message.header(name),
  }
}
