import type { Finding } from '../findings/finding.ts'
import type { Word } from '../reading/note-words.ts'
import { dayOf } from './calendar.ts'
import { codeIn, type DateCodes, readCodes } from './date-codes.ts'
import { Kind, kindOf } from './date-words.ts'
import { findingOf, type Mention } from './mention.ts'
import { readDayName } from './read-day-name.ts'
import { readMonth } from './read-month.ts'
import { readNumber } from './read-number.ts'
import { readPeriod } from './read-period.ts'
import { readPartOfDay } from './read-time.ts'
import { readWeekday, repeatedDay } from './read-weekday.ts'
import { kindAt, type Reading } from './surroundings.ts'

/** Further findings of the same kind add nothing. */
const MAX_REPEATS = 3

/**
 * Finds the dates in a note and resolves them against the time it was received: a weekday is the next such day, "today"
 * the day of the received time in UTC, weeks begin on Monday. Each becomes a finding that says how far away it is. There
 * are none when the received time is invalid.
 */
export function dateFindings(note: string, words: readonly Word[], receivedAt: Date): readonly Finding[] {
  if (Number.isNaN(receivedAt.getTime())) return NONE
  const mentions = findDates(note, words, receivedAt)
  if (mentions.length === 0) return NONE
  const today = dayOf(receivedAt)
  const findings: Finding[] = []
  for (const mention of mentions) {
    const finding = findingOf(mention, words, today)
    let repeats = 0
    for (const { says } of findings) if (says === finding.says) repeats++
    if (repeats < MAX_REPEATS) findings.push(finding)
  }
  return findings
}

const NONE: readonly never[] = []

/** Finds the dates in a note, in their order. */
export function findDates(note: string, words: readonly Word[], receivedAt: Date): readonly Mention[] {
  const codes = readCodes(words)
  const first = nextDateWord(codes, 0, words.length)
  if (first === words.length) return NONE
  const mentions = readMentions({ note, words, codes, today: dayOf(receivedAt) }, first)
  return mentions.length === 0 ? NONE : withoutMereTimes(mentions, words)
}

/** The index of the next word that can start a date, or `end`. */
function nextDateWord(codes: DateCodes, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const kind = kindOf(codeIn(codes, i))
    if (kind !== Kind.None && kind <= Kind.Repeated) return i
  }
  return end
}

/** Words examined, a third of the words of a long ordinary note: bounds the work for notes that are made of dates. */
const MAX_TRIES = 600
/** Most notes name one date; more than these do not change a verdict. */
const MAX_MENTIONS = 40

/** @returns the mentions in the order of the note; none overlap */
function readMentions(reading: Reading, first: number): Mention[] {
  const mentions: Mention[] = []
  const { words, codes } = reading
  let previous: Mention | undefined
  let next = first
  for (let tries = 0; next < words.length && tries < MAX_TRIES && mentions.length < MAX_MENTIONS; tries++) {
    const read = readAt(reading, next, previous)
    if (read === undefined) next++
    else if (typeof read === 'number') next = read
    else {
      if (previous !== undefined && read.first <= previous.last) mentions.pop() // it continues the one before it
      mentions.push(read)
      previous = read
      next = read.last + 1
    }
    next = nextDateWord(codes, next, words.length)
  }
  return mentions
}

/** @returns a mention; or the index of the word to continue with, after words that are no date */
function readAt(reading: Reading, at: number, previous: Mention | undefined): Mention | number | undefined {
  switch (kindAt(reading, at)) {
    case Kind.Number:
      return readNumber(reading, at)
    case Kind.Weekday:
    case Kind.WeakWeekday:
      return readWeekday(reading, at, previous)
    case Kind.Month:
    case Kind.WeakMonth:
      return readMonth(reading, at)
    case Kind.Unit:
      return readPeriod(reading, at)
    case Kind.Day:
      return readDayName(reading, at)
    case Kind.PartOfDay:
      return readPartOfDay(reading, at)
    default:
      return repeatedDay(at)
  }
}

/** Drops times of day in sentences that name another day: "by 5 pm on Friday". */
function withoutMereTimes(mentions: readonly Mention[], words: readonly Word[]): readonly Mention[] {
  if (!mentions.some(({ isTimeOnly }) => isTimeOnly)) return mentions
  const dated = new Set(mentions.filter(({ isTimeOnly }) => !isTimeOnly).map(({ last }) => words[last]?.sentence))
  return mentions.filter(({ isTimeOnly, last }) => !isTimeOnly || !dated.has(words[last]?.sentence))
}
