import { wordAt } from '../reading/note-words.ts'
import { weekdayOf, weekEnd } from './calendar.ts'
import { dateOfNumber } from './calendar-date.ts'
import { amountOf, Kind, Role, Unit } from './date-words.ts'
import { type Mention, Tense } from './mention.ts'
import {
  type Before,
  codeAt,
  hasDenial,
  inSameSentence,
  isAboutOpening,
  isToldAsPast,
  kindAt,
  type Reading,
  roleAfter,
  rolesBefore,
  textAt,
} from './surroundings.ts'

/** "Mondays", "по средам". */
export function repeatedDay(at: number): Mention {
  return { first: at, last: at, tense: Tense.Regular, day: 0, precision: 'day' }
}

/** Roles that show that an ambiguous word is a weekday: "on sat", "até sexta". */
const SHOWS_WEEKDAY =
  Role.By | Role.On | Role.For | Role.Next | Role.Coming | Role.This | Role.Last | Role.Every | Role.Since | Role.From

/** Words after "segunda" that make it "second". */
const ORDERED = new Set(['vez', 'via', 'parcela', 'etapa', 'fase', 'mao', 'opcao', 'quinzena', 'quincena'])

/** Reads a weekday with the words around it: "by Friday", "Friday 13 March", "le vendredi prochain", "Friday next week". */
export function readWeekday(reading: Reading, at: number, previous: Mention | undefined): Mention | undefined {
  if (isStatement(reading, at) || COUNTED.has(textAt(reading, at - 1))) return undefined
  const isWeak = kindAt(reading, at) === Kind.WeakWeekday
  if (!isWeak && INDEFINITE.has(textAt(reading, at - 1))) return repeatedDay(at)
  if (
    previous?.last === at - 1 &&
    inSameSentence(reading, at - 1, at) &&
    weekdayOf(previous.day) === amountOf(codeAt(reading, at))
  ) {
    return { ...previous, last: at } // "yesterday, Monday"
  }
  const before = rolesBefore(reading, at)
  const isNamed = textAt(reading, at + 1) === 'feira'
  if (isWeak) {
    const roles = before.roles | roleAfter(reading, at).role
    const isShown = (roles & SHOWS_WEEKDAY) !== 0 && !ORDERED.has(textAt(reading, at + 1)) && !isFrenchMy(reading, at)
    if (!isNamed && !isShown && dateAfter(reading, at) === undefined) return undefined
  }
  return (
    withDate(reading, at, before) ??
    withWeek(reading, at, before, previous) ??
    alone(reading, at, before, isNamed ? at + 1 : at)
  )
}

/** "Es miércoles", "nous sommes mardi": the day of the note. */
function isStatement(reading: Reading, at: number): boolean {
  return weekdayOf(reading.today) === amountOf(codeAt(reading, at)) && WE_ARE.has(textAt(reading, at - 1))
}

/** "The second Monday" belongs to another month. */
const COUNTED = new Set(['first', 'second', 'third', 'fourth', 'ersten', 'zweiten', 'dritten', 'premier', 'primer'])

/** "On a Monday" is any. */
const INDEFINITE = new Set(['a', 'an', 'un', 'um', 'einem'])

const WE_ARE = new Set(['es', 'sommes'])

/** The French "mon" is a weekday only after an English word: "by mon". */
function isFrenchMy(reading: Reading, at: number): boolean {
  return textAt(reading, at) === 'mon' && !BEFORE_MONDAY.has(textAt(reading, at - 1))
}

const BEFORE_MONDAY = new Set(['on', 'by', 'next', 'until', 'before'])

/** The index of the number of a date after a weekday: "Freitag, dem 22. Mai". */
function dateAfter(reading: Reading, at: number): number | undefined {
  for (let i = at + 1; i <= at + 3 && inSameSentence(reading, i, at); i++) {
    if (kindAt(reading, i) === Kind.Number) return dateOfNumber(reading, i, Role.On) && i
    if ((codeAt(reading, i) & Role.Glue) === 0 && textAt(reading, i) !== 'feira') return undefined
  }
  return undefined
}

function withDate(reading: Reading, at: number, { roles, first }: Before): Mention | undefined {
  const number = dateAfter(reading, at)
  const date = number === undefined ? undefined : dateOfNumber(reading, number, roles | Role.On)
  if (date === undefined) return undefined
  const tense = date.day < reading.today ? Tense.Past : (roles & Role.By) !== 0 ? Tense.Deadline : Tense.Coming
  return { first, last: date.last, tense, day: date.day, precision: 'day' }
}

/** "Friday next week", "nächste Woche Dienstag". */
function withWeek(reading: Reading, at: number, before: Before, previous: Mention | undefined): Mention | undefined {
  const day = (sunday: number) => sunday - 7 + amountOf(codeAt(reading, at))
  if (
    previous?.precision === 'week' &&
    previous.last >= before.first - 1 &&
    inSameSentence(reading, previous.last, at)
  ) {
    return { ...previous, last: at, day: day(previous.day), precision: 'day' }
  }
  for (let i = at + 1; i <= at + 5 && inSameSentence(reading, i, at); i++) {
    if (kindAt(reading, i) !== Kind.Unit) {
      if ((codeAt(reading, i) & WEEK_ROLES) === 0) return undefined
      continue
    }
    if (amountOf(codeAt(reading, i)) !== Unit.Week) return undefined
    const after = roleAfter(reading, i)
    const roles = rolesBefore(reading, i).roles | after.role
    const weeks = (roles & (Role.Next | Role.Coming)) !== 0 ? 1 : (roles & Role.Last) !== 0 ? -1 : 0
    if (weeks === 0 && (roles & Role.This) === 0) return undefined
    const found = day(weekEnd(reading.today) + 7 * weeks)
    return { ...tensed(reading, found, before), last: Math.max(i, after.last), day: found, precision: 'day' }
  }
  return undefined
}

const WEEK_ROLES = Role.Next | Role.Coming | Role.Last | Role.This | Role.Glue | Role.On | Role.For | Role.Within

function tensed({ today }: Reading, day: number, { roles, first }: Before): { tense: Tense; first: number } {
  const tense = day < today ? Tense.Past : (roles & Role.By) !== 0 ? Tense.Deadline : Tense.Coming
  return { tense, first }
}

/** Roles of a day to come, whatever the verbs around it say. */
const SHOWS_COMING = Role.By | Role.For | Role.Next | Role.Coming | Role.This

function alone(reading: Reading, at: number, before: Before, end: number): Mention {
  const { today } = reading
  const weekday = amountOf(codeAt(reading, at))
  const after = roleAfter(reading, end)
  const roles = before.roles | after.role
  const last = Math.max(end, after.last)
  const mention = (tense: Tense, day: number): Mention => ({ first: before.first, last, tense, day, precision: 'day' })

  const lastSuch = today - ((weekdayOf(today) - weekday + 6) % 7) - 1
  const nextSuch = today + ((weekday - weekdayOf(today) + 6) % 7) + 1
  if ((after.role & Role.Last) !== 0 && textAt(reading, last + 1) === 'delai') return mention(Tense.Deadline, nextSuch)
  if ((roles & Role.Last) !== 0) return mention(Tense.Past, lastSuch)
  const range = lastOfRange(reading, end)
  if (range !== undefined && weekday === 1 && amountOf(codeAt(reading, range)) > 3) {
    return { ...mention(Tense.Regular, nextSuch), last: range }
  }
  if ((roles & Role.Every) !== 0 || ((roles & SHOWS_COMING) === 0 && isAboutOpening(reading, at)))
    return mention(Tense.Regular, nextSuch)
  const isComing = (roles & SHOWS_COMING) !== 0 || kindAt(reading, at - 1) === Kind.To
  const isPast =
    (roles & Role.Since) !== 0 ||
    (!isComing && isToldAsPast(reading, at)) ||
    ((roles & Role.From) !== 0 && !isComing && hasDenial(reading, at))
  if (isPast) return mention(Tense.Past, lastSuch)
  const day = (roles & Role.Next) !== 0 ? weekEnd(today) + weekday : nextSuch
  return { ...mention((roles & Role.By) !== 0 ? Tense.Deadline : Tense.Coming, day), last: range ?? last }
}

/** The index of the second weekday of "Monday to Friday", "Mo-Fr", "с пятницы по воскресенье". */
function lastOfRange(reading: Reading, at: number): number | undefined {
  const isWeekday = (i: number) => kindAt(reading, i) === Kind.Weekday || kindAt(reading, i) === Kind.WeakWeekday
  const isHyphen =
    reading.note[wordAt(reading.words, at)?.end ?? 0] === '-' ||
    reading.note[wordAt(reading.words, at)?.end ?? 0] === '–'
  if (isHyphen && isWeekday(at + 1)) return at + 1
  if (kindAt(reading, at + 1) !== Kind.To) return undefined
  return [at + 2, at + 3].find(isWeekday)
}
