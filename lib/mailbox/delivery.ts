import type { StreamMessage } from '../jetstream/stream-message.ts'

/** A message as a handler sees it. */
export type Delivery = Pick<StreamMessage, 'subject' | 'data' | 'deliveryCount' | 'header'>

/** Why a message was given up, for ever or until later. */
export interface GivenUp {
  readonly reason: 'delivery_limit' | 'failed' | 'parked'
  readonly error: string
  readonly attempts: number
  /** With reason `parked`: how long until the next try. */
  readonly retryAfterMs?: number
}
