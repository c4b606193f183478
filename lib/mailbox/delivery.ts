import type { StreamMessage } from '../jetstream/stream-message.ts'

/** A message as a handler sees it. */
export interface Delivery<Event> {
  /** What was decoded from the message. */
  readonly event: Event
  readonly subject: string
  /** 1 the first time. */
  readonly deliveryCount: number
  /** Names the message among all that were ever in a stream of this name. */
  readonly messageId: string
  header(name: string): string | undefined
}

/** Why a message was given up, for ever or until later. */
export interface DeadLetterCause {
  readonly reason: 'delivery_limit' | 'failed' | 'parked'
  readonly error: string
  readonly attempts: number
  /** With reason `parked`: how long until the next try. */
  readonly retryAfterMs?: number
}

export function toDelivery<Event>(message: StreamMessage, event: Event): Delivery<Event> {
  return {
    event,
    subject: message.subject,
    deliveryCount: message.deliveryCount,
    // sequences repeat when a stream is created again
    messageId: `${message.streamSequence}@${message.timestamp}`,
    header: (name) => message.header(name),
  }
}
