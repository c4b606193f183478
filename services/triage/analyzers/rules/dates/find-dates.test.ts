import { describe, expect, test } from 'vitest'
import { describeDates } from '../../../../../testkit/analyzers/date-table.ts'
import { readWords } from '../reading/note-words.ts'
import { dateFindings } from './find-dates.ts'

/** A Wednesday. */
const RECEIVED = new Date('2026-03-11T10:00:00Z')

function findingsOf(note: string, receivedAt = RECEIVED) {
  return dateFindings(note, readWords(note), receivedAt)
}

describeDates('notes near the end of a month, a year or a week', [
  ['by 29 February', 'deadline 2028-02-29 far off', '2026-03-11'],
  ['by 29 February', 'deadline 2028-02-29 this week', '2028-02-28'],
  ['on 30 February', ''],
  ['by tomorrow', 'deadline 2028-02-29 this week', '2028-02-28'],
  ['by tomorrow', 'deadline 2026-03-01 this week', '2026-02-28'],
  ['within a month', 'deadline 2026-02-28 weeks', '2026-01-31'],
  ['by the end of the month', 'deadline 2026-12-31 today', '2026-12-31'],
  ['by the end of the year', 'deadline 2026-12-31 today', '2026-12-31'],
  ['by tomorrow', 'deadline 2027-01-01 this week', '2026-12-31'],
  ['by 5 January', 'deadline 2027-01-05 next week', '2026-12-31'],
  ['in January', 'coming 2027-01-01 weeks', '2026-12-28'],
  ['the invoice from 30 December', 'past 2026-12-30', '2027-01-04'],
  ['next month', 'coming 2027-01-01 weeks', '2026-12-15'],
  ['by the end of the quarter', 'deadline 2026-12-31 weeks', '2026-11-20'],
  ['by the 5th', 'deadline 2027-01-05 weeks', '2026-12-20'],
  ['on the 30th I called', 'past 2026-12-30', '2027-01-04'],
  // a Sunday: the week ends, tomorrow is near all the same
  ['by the end of the week', 'deadline 2026-03-15 today', '2026-03-15'],
  ['by tomorrow', 'deadline 2026-03-16 this week', '2026-03-15'],
  ['by Friday', 'deadline 2026-03-20 next week', '2026-03-15'],
  ['by Sunday', 'deadline 2026-03-22 next week', '2026-03-15'],
  // a Monday
  ['by Sunday', 'deadline 2026-03-15 this week', '2026-03-09'],
  ['by Monday', 'deadline 2026-03-16 next week', '2026-03-09'],
  ['by 22 March', 'deadline 2026-03-22 next week', '2026-03-09'],
  ['by 23 March', 'deadline 2026-03-23 weeks', '2026-03-09'],
  ['on 14-03-2025', 'past 2025-03-14'],
])

describe('a finding', () => {
  test('has the distance as its statement and facts, and the day in the text that is shown', () => {
    const note = 'We need a quote by Friday.'
    expect(findingsOf(note)).toEqual([
      {
        says: 'names a deadline within this week',
        shown: 'needs it by Friday 13 March 2026',
        isWhole: false,
        start: note.indexOf('by'),
        end: note.indexOf('.'),
        facts: ['deadline', 'due-this-week'],
      },
    ])
  })

  test('of a day without "by" is no deadline', () => {
    expect(findingsOf('The board meets on Friday.')[0]).toMatchObject({
      says: 'names a day within this week',
      shown: 'names Friday 13 March 2026',
      facts: ['due-this-week'],
    })
  })

  test('of a past day has no due fact', () => {
    expect(findingsOf('I wrote last Thursday')[0]).toMatchObject({
      says: 'names a day in the past',
      shown: 'speaks of Thursday 5 March 2026, in the past',
      facts: ['past-day'],
    })
  })

  test('of regular days has no fact and nothing more to show', () => {
    expect(findingsOf('open on Sunday?')[0]).toEqual({
      ...{ says: 'names regular days or opening hours', shown: undefined, isWhole: false },
      ...{ start: 5, end: 14, facts: [] },
    })
  })

  test('of a quoted text has no fact', () => {
    expect(findingsOf('Thanks!\n> we need it by Friday')[0]?.facts).toEqual([])
  })

  test('is given three times at most', () => {
    expect(findingsOf('by Friday, by Friday. '.repeat(20))).toHaveLength(3)
  })

  test('counts from the day in UTC', () => {
    const received = new Date('2026-03-11T23:30:00-02:00') // 12 March, 01:30 in UTC
    expect(findingsOf('until tomorrow', received)[0]?.shown).toBe('needs it by Friday 13 March 2026')
  })
})

/** Each is repeated up to 20,000 characters; a note has 2,000 words at most. */
const HOSTILE = [
  ...['7 ', 'monday ', '14.03.2026 ', '1.2.3.4.', '1-2-3-', '1234 ', '3 may ', 'may ', 'week ', 'next week ', 'heute '],
  ...[
    'in 3 weeks ',
    'by the end of the next ',
    'on monday was ',
    'Monday to ',
    '3 the of ',
    '1 and ',
    'today 11 ',
    'y a ',
  ],
]

test.each(HOSTILE)('a note of "%s" 20,000 characters long takes less than 5 ms', (text) => {
  const note = text.repeat(20_000 / text.length)
  const words = readWords(note)
  let fastest = Number.POSITIVE_INFINITY // of several, so that a busy machine does not fail the test
  for (let i = 0; i < 8; i++) {
    const startedAt = performance.now()
    dateFindings(note, words, RECEIVED)
    fastest = Math.min(fastest, performance.now() - startedAt)
  }
  expect(fastest).toBeLessThan(5)
})
