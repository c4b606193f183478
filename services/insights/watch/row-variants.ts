import type { LeadInsight } from '../leads/lead-insight.ts'
import { withoutPersonalData } from '../leads/lead-insight.ts'

/** Computes something once for each row that is sent to many watchers. */
export function oncePerRow<T extends object>(compute: (row: LeadInsight) => T): (row: LeadInsight) => T {
  const known = new WeakMap<LeadInsight, T>()
  return (row) => {
    const found = known.get(row)
    if (found !== undefined) return found
    const value = compute(row)
    known.set(row, value)
    return value
  }
}

/** The row without personal data; the same object for all watchers. */
export const redacted = oncePerRow(withoutPersonalData)
