import type { StreamMessage } from '../jetstream/pull.ts'

/** A message as a handler sees it. */
export interface Delivery {
  readonly subject: string
  readonly data: Uint8Array
  /** 1 the first time. */
  readonly deliveryCount: number
  header(name: string): string | undefined
}

/** Why a message was given up, for ever or until later. */
export interface GivenUp {
  readonly reason: 'delivery_limit' | 'failed' | 'parked'
  readonly error: string
  readonly attempts: number
  /** With reason `parked`: how long until the next try. */
  readonly retryAfterMs?: number
}

export function toDelivery(message: StreamMessage): Delivery {
  return {
    subject: message.subject,
    data: message.data,
    deliveryCount: message.info.deliveryCount,
    header: (name) => message.headers?.get(name) || undefined,
  }
}
