import { createFinding, type Fact, type Finding } from '../findings/finding.ts'
import type { Word } from '../reading/note-words.ts'
import { formatDay, formatMonth, monthOf, weekEnd, yearOf } from './calendar.ts'

/** How a note speaks of a date. */
export const Tense = {
  /** By then something must have happened: "by Friday", "within two days". */
  Deadline: 'deadline',
  /** A day to come: "on Friday". */
  Coming: 'coming',
  /** "last Friday", "on Friday no one came". */
  Past: 'past',
  /** "every Friday", "open on Fridays". */
  Regular: 'regular',
} as const
export type Tense = (typeof Tense)[keyof typeof Tense]

/** A date that a note names, from word `first` to word `last`, both inclusive. */
export interface Mention {
  readonly first: number
  readonly last: number
  readonly tense: Tense
  /** The day, or the last day of a week or month; see `calendar.ts`. */
  readonly day: number
  readonly precision: 'day' | 'days' | 'week' | 'weeks' | 'month' | 'year'
  /** The distance that is at least meant, whatever the day: "in ten days" is weeks, not next week. */
  readonly atLeast?: Distance
  /** A time of day, which counts from today unless the sentence names another day. */
  readonly isTimeOnly?: boolean
}

/** In order of distance. */
const DISTANCES = ['today', 'this week', 'next week', 'weeks', 'months', 'far off'] as const
export type Distance = (typeof DISTANCES)[number]

/** "Tomorrow" is near, also on a Sunday. */
const NEAR_DAYS = 2
/** About two months. */
const MAX_WEEKS_DAYS = 62
/** A date within a year is a plan; "next year" is far off whatever the day. */
const MAX_MONTHS_DAYS = 366

export function distanceOf({ day, precision, atLeast = 'today' }: Mention, today: number): Distance {
  const near = precision === 'year' ? 'far off' : distanceOfDay(day, today)
  return DISTANCES[Math.max(DISTANCES.indexOf(near), DISTANCES.indexOf(atLeast))] as Distance
}

function distanceOfDay(day: number, today: number): Distance {
  if (day === today) return 'today'
  if (day <= weekEnd(today) || day - today <= NEAR_DAYS) return 'this week'
  if (day <= weekEnd(today) + 7) return 'next week'
  if (day - today <= MAX_WEEKS_DAYS) return 'weeks'
  return day - today <= MAX_MONTHS_DAYS ? 'months' : 'far off'
}

const WORDS: Readonly<Record<Distance, string>> = {
  today: 'today',
  'this week': 'within this week',
  'next week': 'before the end of next week',
  weeks: 'some weeks away',
  months: 'some months away',
  'far off': 'far off',
}

const FACTS: Readonly<Record<Distance, readonly Fact[]>> = {
  today: ['due-today', 'due-this-week'],
  'this week': ['due-this-week'],
  'next week': ['due-next-week'],
  weeks: ['due-in-weeks'],
  months: ['due-in-weeks'],
  'far off': ['far-off'],
}

/** Converts a mention to a finding. `says` and facts are few, since they are features; `shown` has the date. */
export function findingOf(mention: Mention, words: readonly Word[], today: number): Finding {
  const { first, last, tense } = mention
  const start = words[first]?.start ?? 0
  const end = words[last]?.end ?? 0
  const isQuoted = words[first]?.quoted === true
  const finding = (says: string, facts: readonly Fact[], shown?: string): Finding => {
    return createFinding({ says, shown }, start, end, isQuoted ? [] : facts)
  }

  if (tense === Tense.Regular) return finding('names regular days or opening hours', [])
  if (tense === Tense.Past)
    return finding(
      'names a day in the past',
      ['past-day'],
      `speaks of ${textOf(mention)}${isOver(mention, today) ? ', in the past' : ''}`,
    )
  const distance = distanceOf(mention, today)
  const facts = FACTS[distance]
  if (tense === Tense.Deadline) {
    return finding(`names a deadline ${WORDS[distance]}`, ['deadline', ...facts], `needs it by ${textOf(mention)}`)
  }
  const says = distance === 'today' ? 'names today' : `names a day ${WORDS[distance]}`
  return finding(says, facts, `names ${textOf(mention)}`)
}

/** "We were charged twice for March", written in March, and "today no one came" speak of what has not ended. */
function isOver({ day, precision }: Mention, today: number): boolean {
  const isThisMonth = precision === 'month' && yearOf(day) === yearOf(today) && monthOf(day) === monthOf(today)
  return day < today && !isThisMonth
}

/** For example "Friday 13 March 2026" or "April 2026". */
function textOf({ day, precision, tense }: Mention): string {
  if (precision === 'year') return String(yearOf(day))
  if (precision === 'days' || precision === 'weeks') return `the next few ${precision}`
  if (precision === 'day' || tense === Tense.Deadline) return formatDay(day)
  if (precision === 'month') return formatMonth(day)
  return `the week until ${formatDay(day)}`
}
