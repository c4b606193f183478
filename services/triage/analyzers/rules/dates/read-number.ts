import { wordAt } from '../reading/note-words.ts'
import { addMonths, dayInMonth, monthOf, yearOf } from './calendar.ts'
import { dateOfNumber, digitsAt } from './calendar-date.ts'
import { amountOf, DIGITS, Kind, kindOf, ORDINAL, Role, Unit } from './date-words.ts'
import { type Distance, type Mention, Tense } from './mention.ts'
import { readTime } from './read-time.ts'
import {
  type Before,
  codeAt,
  inSameSentence,
  isToldAsPast,
  kindAt,
  type Reading,
  rolesBefore,
  textAt,
} from './surroundings.ts'

/**
 * Reads a date, a distance or a time of day that starts with a number.
 *
 * @returns the index after a duration, so that its unit is not read on its own
 */
export function readNumber(reading: Reading, at: number): Mention | number | undefined {
  const { words, note } = reading
  const value = amountOf(codeAt(reading, at))
  const next = codeAt(reading, at + 1)
  const end = wordAt(words, at)?.end ?? 0
  const isJoined = wordAt(words, at + 1)?.start === end + 1 && note.charCodeAt(end) !== SPACE
  const isFollowed = kindOf(next) !== Kind.None || (next & Role.Glue) !== 0 || JOINS.has(textAt(reading, at + 1))
  if (!isJoined && !isFollowed && value !== ORDINAL && !canBeDay(reading, at)) return undefined

  const before = rolesBefore(reading, at)
  const { roles, first } = before
  if (value === DIGITS || value === ORDINAL) {
    const date = dateOfNumber(reading, at, roles)
    if (date !== undefined) return { ...day(reading, at, date.day, roles), first, last: date.last }
  }
  const unit = unitAfter(reading, at)
  if (unit !== undefined) return distance(reading, at, unit, before) ?? unit + 1
  return readTime(reading, at, roles, first) ?? ofThisMonth(reading, at, roles, first)
}

const SPACE = 32

const JOINS = new Set(['and', 'or', 'und', 'oder', 'et', 'ou', 'y', 'o', 'и', 'или', 'working', 'business'])

/** Whether a bare number follows a word that can introduce a day of the month. */
function canBeDay(reading: Reading, at: number): boolean {
  return (codeAt(reading, at - 1) & (Role.By | Role.Glue | Role.On)) !== 0 || textAt(reading, at - 1) === 'dia'
}

function day(reading: Reading, at: number, found: number, roles: number): Pick<Mention, 'tense' | 'day' | 'precision'> {
  const { today } = reading
  const isPast = found < today || (found === today && (roles & Role.By) === 0 && isToldAsPast(reading, at))
  const tense = isPast ? Tense.Past : (roles & Role.By) !== 0 ? Tense.Deadline : Tense.Coming
  return { tense, day: found, precision: 'day' }
}

/** The index of the unit after a number: "3 days", "ten working days", "a couple of weeks". */
function unitAfter(reading: Reading, at: number): number | undefined {
  for (let i = at + 1; i <= at + 2 && inSameSentence(reading, i, at); i++) {
    if (kindAt(reading, i) === Kind.Unit) return i
    if ((codeAt(reading, i) & Role.Glue) === 0) return undefined
  }
  return undefined
}

/** "three days ago", "in two weeks", "within 24 hours". Undefined for a duration: "for 8 weeks". */
function distance(reading: Reading, at: number, unit: number, { roles, first }: Before): Mention | undefined {
  const value = amountOf(codeAt(reading, at))
  const count = value === DIGITS || value === ORDINAL ? digitsAt(reading, at) : value
  const kind = amountOf(codeAt(reading, unit))
  if (kind === Unit.Weekend || !(count >= 0 && count <= 1000)) return undefined
  const hasAgo = (codeAt(reading, unit + 1) & Role.AgoAfter) !== 0
  if (hasAgo || (roles & (Role.AgoBefore | Role.Since | Role.Last)) !== 0) {
    const last = hasAgo ? unit + 1 : unit
    return { first, last, tense: Tense.Past, day: later(reading.today, -count, kind), precision: 'day' }
  }
  const isFromNow = FROM_NOW.has(`${textAt(reading, unit + 1)} ${textAt(reading, unit + 2)}`)
  if (UP_TO.has(textAt(reading, at - 1))) return undefined
  const isRussianDays = textAt(reading, at - 1) === 'за' && (kind === Unit.Day || kind === Unit.Week)
  const isTime = (roles & (Role.Within | Role.By | Role.Next | Role.Coming)) !== 0 || isRussianDays
  if ((!isTime && !isFromNow) || isToldAsPast(reading, at)) return undefined
  const isDeadline = (roles & (Role.By | Role.Next)) !== 0
  return {
    ...{ first, last: isFromNow ? unit + 2 : unit, tense: isDeadline ? Tense.Deadline : Tense.Coming },
    ...{ day: later(reading.today, count, kind), precision: 'day', ...atLeast(count, kind) },
  }
}

/** "up to 3 days", "bis zu drei Wochen", "до 5 дней", "more than 3 weeks" are durations. */
const UP_TO = new Set(['to', 'until', 'till', 'than', 'bis', 'zu', 'hasta', 'ate', 'до'])

const FROM_NOW = new Set(['from now', 'from today', 'ab heute'])
/** docs/triage.md: "about a week" reaches to the end of next week, "ten days" does not. */
function atLeast(count: number, unit: number): { atLeast?: Distance } {
  if (unit === Unit.Year) return { atLeast: 'far off' }
  if ((unit === Unit.Week && count > 1) || (unit === Unit.Day && count >= 10)) return { atLeast: 'weeks' }
  return unit === Unit.Month ? { atLeast: 'weeks' } : {}
}

/** The day after a number of units, counted from today. Hours and minutes are taken for today unless they make a day. */
export function later(today: number, count: number, unit: number): number {
  switch (unit) {
    case Unit.Minute:
      return today
    case Unit.Hour:
      return today + Math.trunc(count / 24)
    case Unit.Day:
      return today + count
    case Unit.Week:
      return today + 7 * count
    case Unit.Fortnight:
      return today + 14 * count
    case Unit.Quarter:
      return addMonths(today, 3 * count)
    case Unit.HalfYear:
      return addMonths(today, 6 * count)
    case Unit.Year:
      return addMonths(today, 12 * count)
    default:
      return addMonths(today, count)
  }
}

const NUMBER_DAY = new Set(['dia', 'den', 'zum', 'dem'])

/** "by the 14th", "до 14-го", "bis zum 14.", "até dia 5": the next day with that number, or the last if it is told. */
function ofThisMonth(reading: Reading, at: number, roles: number, first: number): Mention | undefined {
  const { today, note, words } = reading
  const value = amountOf(codeAt(reading, at))
  const number = digitsAt(reading, at)
  if (!(number >= 1 && number <= 31) || (roles & (Role.By | Role.On | Role.From | Role.For)) === 0) return undefined
  const dotted = note[wordAt(words, at)?.end ?? 0] === '.'
  const isOther = COUNTED.has(textAt(reading, at + 1)) || ARTICLES.has(textAt(reading, at - 1))
  const isNamed = (value === ORDINAL && !isOther) || textAt(reading, at - 1) === 'dia' || isNamedInRussian(reading, at)
  const isGerman = dotted && NUMBER_DAY.has(textAt(reading, at - 1))
  const isLatin = (roles & Role.By) !== 0 && LATIN_ARTICLES.has(textAt(reading, at - 1)) && isLastOfPhrase(reading, at)
  if (!isNamed && !isGerman && !isLatin) return undefined
  const isPast = (roles & Role.By) === 0 && isToldAsPast(reading, at)
  for (const months of isPast ? [0, -1, -2] : [0, 1, 2]) {
    const found = dayInMonth(yearOf(today), monthOf(today) + months, number)
    if (found === undefined || (isPast ? found > today : found < today)) continue
    return { ...day(reading, at, found, roles), first, last: at }
  }
  return undefined
}

/** "On the 2nd floor", "for the 3rd time". */
const COUNTED = new Set(
  `floor time attempt try day week page line row place version item class grade generation century street avenue birthday
  anniversary edition one person party invoice reminder email class level stage phase`.split(/\s+/),
)
const ARTICLES = new Set(['a', 'an'])

const LATIN_ARTICLES = new Set(['le', 'el', 'del', 'o', 'dia', 'the'])

function isNamedInRussian(reading: Reading, at: number): boolean {
  return ['го', 'числа', 'числу', 'число'].includes(textAt(reading, at + 1))
}

/** Whether nothing follows that the number could count. */
function isLastOfPhrase({ words }: Reading, at: number): boolean {
  return wordAt(words, at + 1)?.clause !== wordAt(words, at)?.clause
}
