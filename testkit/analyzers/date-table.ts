import { describe, expect, test } from 'vitest'
import { dayOf } from '../../services/triage/analyzers/rules/dates/calendar.ts'
import { findDates } from '../../services/triage/analyzers/rules/dates/find-dates.ts'
import { distanceOf, type Mention, Tense } from '../../services/triage/analyzers/rules/dates/mention.ts'
import { readWords } from '../../services/triage/analyzers/rules/reading/note-words.ts'

/**
 * A note, the dates in it as "tense day distance" separated by "; " (none: an empty string), and the day it was received
 * (default: Wednesday 11 March 2026).
 */
export type DateRow = readonly [note: string, dates: string, received?: string]

/** Tests which dates are found in notes, and to which days they are resolved. */
export function describeDates(language: string, rows: readonly DateRow[]): void {
  describe(`dates in ${language}`, () => {
    test.each(rows.map(([note, dates, received = '2026-03-11']) => [note, received, dates] as const))(
      '"%s" received on %s: %s',
      (note, received, dates) => {
        const receivedAt = new Date(`${received}T10:00:00Z`)
        const found = findDates(note, readWords(note), receivedAt).map((mention) => summary(mention, dayOf(receivedAt)))
        expect(found.join('; ')).toBe(dates)
      },
    )
  })
}

function summary(mention: Mention, today: number): string {
  const { tense, day } = mention
  if (tense === Tense.Regular) return tense
  const iso = new Date(day * 86_400_000).toISOString().slice(0, 10)
  return tense === Tense.Past ? `${tense} ${iso}` : `${tense} ${iso} ${distanceOf(mention, today)}`
}
