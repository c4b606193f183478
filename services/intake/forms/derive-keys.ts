import { v5 as uuidv5 } from 'uuid'
import type { NewLead } from '../../../domain/lead.ts'
import { requestHash } from '../../../domain/lead.ts'

/*
 * The idempotency key of a form that sends none: derived from who sends what when, so that a second click on the button
 * stores nothing. Time is divided into windows. The same form within one window has the same key. To recognize it across
 * the edge of a window, and on a process whose clock is up to a window apart, the keys of the windows before and after
 * are looked up as well. So the same form is one lead for at least one window, and at most two.
 */

export const WINDOW_MS = 10 * 60 * 1_000
const NAMESPACE = 'c0f6f0a4-7a51-5b8e-9f5b-6d0d0c6f7b1e'

/**
 * The keys of the current window and of those before and after it, in this order.
 *
 * @param actor identifies the publishable key, so that two forms of one client stay apart
 * @param now in ms since the epoch, by the clock of this process
 */
export function deriveKeys(actor: string, lead: NewLead, now: number): [current: string, ...others: string[]] {
  const content = requestHash(lead)
  const window = Math.floor(now / WINDOW_MS)
  const keyOf = (index: number) => uuidv5(`${actor} ${index} ${content}`, NAMESPACE)
  return [keyOf(window), keyOf(window - 1), keyOf(window + 1)]
}
