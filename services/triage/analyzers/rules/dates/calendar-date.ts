import { wordAt } from '../reading/note-words.ts'
import { isDigit } from '../reading/spelling.ts'
import { existingDay, yearOf } from './calendar.ts'
import { amountOf, Kind, Role } from './date-words.ts'
import { codeAt, inSameSentence, isToldAsPast, kindAt, type Reading, textAt } from './surroundings.ts'

/** A day given as day and month, and the index of its last word. */
export interface CalendarDate {
  readonly day: number
  readonly last: number
}

/** The value of a four-digit year, or undefined. */
export function yearAt(reading: Reading, at: number): number | undefined {
  const text = textAt(reading, at)
  if (text.length !== 4 || kindAt(reading, at) !== Kind.Number) return undefined
  const year = Number(text)
  return year >= 1990 && year <= 2100 ? year : undefined
}

/** The index of the year after a month: "March 2026", "março de 2026". */
export function yearAfter(reading: Reading, month: number): number | undefined {
  const at = (codeAt(reading, month + 1) & Role.Glue) !== 0 ? month + 2 : month + 1
  return inSameSentence(reading, at, month) && yearAt(reading, at) !== undefined ? at : undefined
}

/** The number in a word of digits, with or without an ordinal ending. */
export function digitsAt(reading: Reading, at: number): number {
  return Number.parseInt(textAt(reading, at), 10)
}

/** Without a year, a date this long ago is still past; further back it is next year's. */
const PAST_DAYS = 90
const PAST_DAYS_IF_TOLD = 360
const PAST_DAYS_OF_DEADLINE = 30

/**
 * The day of a date. Without a year it is the next such day, unless such a day was not long ago.
 *
 * @param at a word of the date
 * @returns undefined for a day that does not exist
 */
export function resolveDate(
  reading: Reading,
  at: number,
  { month, day, year, roles }: { month: number; day: number; year?: number | undefined; roles: number },
): number | undefined {
  if (year !== undefined) return existingDay(year, month, day)
  const { today } = reading
  const isTold = (roles & Role.Since) !== 0 || isToldAsPast(reading, at)
  const maxPast = isTold ? PAST_DAYS_IF_TOLD : (roles & Role.By) !== 0 ? PAST_DAYS_OF_DEADLINE : PAST_DAYS
  const thisYear = yearOf(today)
  for (let candidate = thisYear - 1; candidate <= thisYear + 4; candidate++) {
    const found = existingDay(candidate, month, day) // 29 February may be four years away
    if (found !== undefined && found >= today - maxPast) return found
  }
  return undefined
}

/**
 * Reads a date that starts with a number: "14 March 2026", "14. März", "3 to 7 November", "14/03/2026", "14.03.",
 * "2026-03-14".
 *
 * @param roles of the words before it
 */
export function dateOfNumber(reading: Reading, at: number, roles: number): CalendarDate | undefined {
  return dateInDigits(reading, at, roles) ?? dateWithMonth(reading, at, roles)
}

function dateWithMonth(reading: Reading, at: number, roles: number): CalendarDate | undefined {
  const day = digitsAt(reading, at)
  if (!(day >= 1 && day <= 31)) return undefined
  const month = monthAfter(reading, at)
  if (month === undefined) return undefined
  const yearIndex = yearAfter(reading, month)
  const year = yearIndex === undefined ? undefined : yearAt(reading, yearIndex)
  const found = resolveDate(reading, at, { month: amountOf(codeAt(reading, month)), day, year, roles })
  return found === undefined ? undefined : { day: found, last: yearIndex ?? month }
}

/** The index of the month after the day: directly, after "of" or "de", or after the end of a range: "3 to 7 November". */
function monthAfter(reading: Reading, at: number): number | undefined {
  const isMonth = (i: number) => kindAt(reading, i) === Kind.Month || kindAt(reading, i) === Kind.WeakMonth
  if (isMonth(at + 1)) return at + 1 // maybe after a full stop that looks like the end of a sentence: "14. März"
  for (let i = at + 1; i <= at + 5 && inSameSentence(reading, i, at); i++) {
    const code = codeAt(reading, i)
    const kind = kindAt(reading, i)
    if (isMonth(i)) return i
    if (kind === Kind.Number) {
      const isSecond =
        kindAt(reading, i - 1) === Kind.To || JOINS_DAYS.has(textAt(reading, i - 1)) || isDashBefore(reading, i)
      if (!isSecond || digitsAt(reading, i) > 31) return undefined
    } else if ((code & Role.Glue) === 0 && kind !== Kind.To && !JOINS_DAYS.has(textAt(reading, i))) return undefined
  }
  return undefined
}

function isDashBefore({ note, words }: Reading, at: number): boolean {
  const before = (wordAt(words, at)?.start ?? 0) - 1
  const dash = note[before] === ' ' ? note[before - 1] : note[before]
  return dash === '-' || dash === '–'
}

const JOINS_DAYS = new Set(['and', 'or', 'und', 'oder', 'et', 'ou', 'y', 'o', 'e', 'и', 'или'])

const SEPARATORS = './-'
const WITHIN_YEARS = 2

/** Reads numbers with one kind of separator between them. */
function dateInDigits(reading: Reading, at: number, roles: number): CalendarDate | undefined {
  const { note, words } = reading
  const separator = separatorAfter(reading, at)
  if (separator === undefined || isPartOfNumber(note, wordAt(words, at)?.start ?? 0)) return undefined
  const three = separatorAfter(reading, at + 1) === separator
  const last = three ? at + 2 : at + 1
  const end = wordAt(words, last)?.end ?? 0
  const endsHere = !(SEPARATORS.includes(note[end] ?? ' ') && isDigit(note.charCodeAt(end + 1)))
  if (!endsHere || kindAt(reading, last) !== Kind.Number || isMoneyOrTime(reading, last)) return undefined
  const [a, b] = [digitsAt(reading, at), digitsAt(reading, at + 1)]
  if (three) {
    const iso = yearAt(reading, at)
    if (iso !== undefined && isTimestamp(reading, last)) return undefined
    if (iso !== undefined) return dated(reading, last, { year: iso, month: b, day: digitsAt(reading, last), roles })
    const year = yearAt(reading, last) ?? shortYear(reading, last)
    if (year === undefined) return undefined
    return dated(reading, last, b > 12 ? { year, month: a, day: b, roles } : { year, month: b, day: a, roles })
  }
  if (separator === '-' || !isDayAndMonth(reading, at, separator, roles)) return undefined
  return dated(reading, last, b > 12 ? { month: a, day: b, roles } : { month: b, day: a, roles })
}

/** "2026-03-11 09:15:25" is a line of a log. */
function isTimestamp({ note, words }: Reading, last: number): boolean {
  const hour = wordAt(words, last + 1)
  return hour !== undefined && note[hour.end] === ':' && isDigit(note.charCodeAt(hour.end + 1))
}

function dated(reading: Reading, last: number, parts: Parameters<typeof resolveDate>[2]): CalendarDate | undefined {
  const day = resolveDate(reading, last, parts)
  return day === undefined ? undefined : { day, last }
}

/** Two digits count as a year only near the present: "14.03.26" is a date, "06.12.34" the start of a phone number. */
function shortYear(reading: Reading, at: number): number | undefined {
  const text = textAt(reading, at)
  const year = 2000 + Number(text)
  const isNear = Math.abs(year - yearOf(reading.today)) <= WITHIN_YEARS
  return text.length === 2 && isNear ? year : undefined
}

/**
 * Whether two numbers are a day and a month: "am 14.03.", "до 14.03", "by 14/03". Without a word that introduces a date,
 * "10.12" is more often a version or an amount, except in Russian.
 */
function isDayAndMonth(reading: Reading, at: number, separator: string, roles: number): boolean {
  const { note, words } = reading
  if (CLOCK_WORDS.has(textAt(reading, at - 1))) return false
  const isIntroduced = (roles & (Role.By | Role.On | Role.For | Role.Since)) !== 0
  if (separator === '/') return isIntroduced
  const hasFinalDot = note[wordAt(words, at + 1)?.end ?? 0] === '.'
  const isExpected = isIntroduced || (hasFinalDot && (roles & Role.From) !== 0) || !followsLatinWord(reading, at)
  const areTwoDigits = textAt(reading, at).length === 2 && textAt(reading, at + 1).length === 2
  return isExpected && (areTwoDigits || hasFinalDot)
}

/** A day and month at the start of a clause may be a date in any language. */
function followsLatinWord({ words }: Reading, at: number): boolean {
  const previous = wordAt(words, at - 1)
  if (previous === undefined || previous.clause !== wordAt(words, at)?.clause) return false
  return previous.text.charCodeAt(0) < CYRILLIC
}

const CYRILLIC = 0x400

/** Before a time of day, "at 10.12". */
const CLOCK_WORDS = new Set(['at', 'um', 'a', 'as', 'las'])

function separatorAfter({ note, words }: Reading, at: number): string | undefined {
  const word = wordAt(words, at)
  const next = wordAt(words, at + 1)
  if (word === undefined || next === undefined || next.start !== word.end + 1) return undefined
  const separator = note[word.end] as string
  return SEPARATORS.includes(separator) ? separator : undefined
}

function isPartOfNumber(note: string, start: number): boolean {
  const before = note[start - 1]
  if (before !== undefined && '$€£₽+'.includes(before)) return true
  return before !== undefined && '.,/-:'.includes(before) && isDigit(note.charCodeAt(start - 2))
}

function isMoneyOrTime(reading: Reading, last: number): boolean {
  return kindAt(reading, last + 1) === Kind.Clock || NOT_A_DATE.has(textAt(reading, last + 1))
}

const NOT_A_DATE = new Set(
  '€ $ £ ₽ % eur euro euros usd gbp chf руб рублеи р m m2 kg cm mm km gb мм см кг метра метров'.split(' '),
)
