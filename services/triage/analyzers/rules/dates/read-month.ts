import { wordAt } from '../reading/note-words.ts'
import { dayFrom, existingDay, monthEnd, monthOf, yearOf } from './calendar.ts'
import { digitsAt, resolveDate, yearAfter, yearAt } from './calendar-date.ts'
import { amountOf, Kind, ORDINAL, Role } from './date-words.ts'
import { type Mention, Tense } from './mention.ts'
import {
  codeAt,
  inSameSentence,
  isToldAsPast,
  kindAt,
  type Reading,
  roleAfter,
  rolesBefore,
  textAt,
} from './surroundings.ts'

/** Roles that show that an ambiguous word is a month: "in May", "by March". */
const SHOWS_MONTH =
  Role.By |
  Role.Within |
  Role.Next |
  Role.Coming |
  Role.This |
  Role.Last |
  Role.Since |
  Role.From |
  Role.End |
  Role.Early |
  Role.Mid |
  Role.For

/** Reads "March 14th", and a month without a day: "in April", "Ende Juni", "until September", "April 2027". */
export function readMonth(reading: Reading, at: number): Mention | undefined {
  const before = rolesBefore(reading, at)
  const date = dayAfterMonth(reading, at, before.roles)
  if (date !== undefined) return { ...date, first: before.first }
  if (textAt(reading, at - 1) === 'за') return undefined // "отчёт за ноябрь" is about a month
  if (kindAt(reading, at - 1) === Kind.Number) return undefined // a day that does not exist: "30 February"
  const yearIndex = yearAfter(reading, at)
  const year = yearIndex === undefined ? undefined : yearAt(reading, yearIndex)
  const isShown = (before.roles & SHOWS_MONTH) !== 0 || year !== undefined
  if (OTHER_SENSES[textAt(reading, at)]?.includes(textAt(reading, at - 1))) return undefined
  if (kindAt(reading, at) === Kind.WeakMonth && !isShown) return undefined

  const after = roleAfter(reading, at)
  const month = amountOf(codeAt(reading, at))
  const mention = wholeMonth(reading, at, { month, year, roles: before.roles | after.role })
  return { ...mention, first: before.first, last: yearIndex ?? after.last }
}

/** Words before which a name of a month is another word: "this may be", "en el marco de". */
const OTHER_SENSES: Readonly<Record<string, readonly string[]>> = { may: ['this'], marco: ['el', 'del', 'un'] }

type Dated = Omit<Mention, 'first' | 'last'>

/** "March 14th", "by March 14", "June 3, 2026"; but not "in March 20 people". */
function dayAfterMonth(reading: Reading, at: number, roles: number): (Dated & { last: number }) | undefined {
  const { note, words, today } = reading
  if (kindAt(reading, at + 1) !== Kind.Number || !inSameSentence(reading, at + 1, at)) return undefined
  const day = digitsAt(reading, at + 1)
  const year = inSameSentence(reading, at + 2, at) ? yearAt(reading, at + 2) : undefined
  const isOrdinal = amountOf(codeAt(reading, at + 1)) === ORDINAL
  const isIntroduced = (roles & (Role.By | Role.On | Role.From)) !== 0 && (roles & Role.End) === 0
  const next = note[wordAt(words, at + 1)?.end ?? 0]
  const isLast = next === undefined || '.,;!?)\n'.includes(next)
  if (!isOrdinal && !isIntroduced && !isLast && year === undefined) return undefined
  const found = resolveDate(reading, at, { month: amountOf(codeAt(reading, at)), day, year, roles })
  if (found === undefined) return undefined
  const tense = found < today ? Tense.Past : (roles & Role.By) !== 0 ? Tense.Deadline : Tense.Coming
  return { tense, day: found, precision: 'day', last: year === undefined ? at + 1 : at + 2 }
}

interface MonthParts {
  readonly month: number
  readonly year: number | undefined
  readonly roles: number
}

function wholeMonth(reading: Reading, at: number, { month, year, roles }: MonthParts): Dated {
  const { today } = reading
  const isPast = (roles & (Role.Since | Role.Last)) !== 0 || ((roles & Role.By) === 0 && isToldAsPast(reading, at))
  const thisYear = yearOf(today)
  const isLater = month >= monthOf(today)
  if (isPast && year === undefined) {
    const pastYear = month > monthOf(today) ? thisYear - 1 : thisYear
    return { tense: Tense.Past, day: dayFrom(pastYear, month, 1), precision: 'month' }
  }
  const inYear = year ?? (isLater ? thisYear : thisYear + 1)
  const isCurrent = inYear === thisYear && month === monthOf(today)
  const isDeadline = (roles & Role.By) !== 0
  const day = dayInMonth(inYear, month, roles, isCurrent)
  if (day < today) return { tense: Tense.Past, day, precision: 'month' }
  const tense = isDeadline ? Tense.Deadline : Tense.Coming
  // "in April" is no deadline on 1 April
  return { tense, day, precision: 'month', ...(!isCurrent && !isDeadline && { atLeast: 'weeks' as const }) }
}

/** The day that counts: the last of "end of April" and of the current month, the first of "by April" and "in April". */
function dayInMonth(year: number, month: number, roles: number, isCurrent: boolean): number {
  if ((roles & Role.Mid) !== 0) return existingDay(year, month, 15) as number
  if ((roles & Role.Early) !== 0) return existingDay(year, month, 7) as number
  if ((roles & Role.End) !== 0 || isCurrent) return monthEnd(year, month)
  return dayFrom(year, month, 1)
}
