import { dayOfMonth, weekdayOf } from './calendar.ts'
import { digitsAt } from './calendar-date.ts'
import { amountOf, DAY_OFFSET, Kind, Role } from './date-words.ts'
import { type Mention, Tense } from './mention.ts'
import { codeAt, hasDenial, isToldAsPast, kindAt, type Reading, rolesBefore, textAt } from './surroundings.ts'

/** Words before "mañana" or "Morgen" with which it is the morning. */
const BEFORE_MORNING = new Set(
  'la esta guten gute schonen am heute gestern jeden diesen montag dienstag mittwoch donnerstag freitag samstag sonntag'.split(
    ' ',
  ),
)
const MORNING_OR_TOMORROW = new Set(['morgen', 'manana'])

/** German words around "hier" with which it is "here" and not the French "yesterday". */
const FRENCH_AFTER_HIER = new Set("matin soir j'ai nous on vous et a apres pour mais je votre le la".split(' '))
const FRENCH_BEFORE_HIER = new Set("depuis c'etait d' avant passe arrive recu commande matin".split(' '))

/**
 * Reads "today", "tomorrow", "yesterday" and their like.
 *
 * @returns the index after a statement such as "today is Friday"
 */
export function readDayName(reading: Reading, at: number): Mention | number | undefined {
  const text = textAt(reading, at)
  const previous = textAt(reading, at - 1)
  if (MORNING_OR_TOMORROW.has(text) && BEFORE_MORNING.has(previous)) return undefined
  if (text === 'hier' && !FRENCH_AFTER_HIER.has(textAt(reading, at + 1)) && !FRENCH_BEFORE_HIER.has(previous))
    return undefined

  const named = amountOf(codeAt(reading, at)) - DAY_OFFSET
  const beyond = stepsBeyond(reading, at, named)
  const before = rolesBefore(reading, at - beyond.words)
  const first = Math.min(before.first, at - beyond.words)
  const offset = named + beyond.days
  const { today } = reading
  if (offset === 0) {
    const said = statedToday(reading, at)
    if (said !== undefined) return said
  }
  const isPast = offset < 0 || (offset === 0 && isTodayPast(reading, at, before.roles))
  const tense = isPast ? Tense.Past : (before.roles & Role.By) !== 0 ? Tense.Deadline : Tense.Coming
  return { first, last: at, tense, day: today + offset, precision: 'day' }
}

/** The "day after" of "day after tomorrow", "pasado mañana", "après-demain", "depois de amanhã", "avant-hier". */
function stepsBeyond(reading: Reading, at: number, named: number): { days: number; words: number } {
  const previous = textAt(reading, at - 1)
  if (named === 1) {
    if (previous === 'de' && kindAt(reading, at - 2) === Kind.After) return { days: 1, words: 2 }
    if (kindAt(reading, at - 1) === Kind.After || previous === 'pasado') return { days: 1, words: 1 }
  }
  if (named === -1 && (previous === 'avant' || (previous === 'before' && textAt(reading, at - 2) === 'day'))) {
    return { days: -1, words: 1 }
  }
  return { days: 0, words: 0 }
}

/** The index after "today is Friday", "сегодня 19-е": a statement about the date names no deadline. */
function statedToday(reading: Reading, at: number): number | undefined {
  for (let i = at + 1; i <= at + 3 && (i === at + 1 || IS.has(textAt(reading, i - 1))); i++) {
    const code = codeAt(reading, i)
    if (kindAt(reading, i) === Kind.Weekday && amountOf(code) === weekdayOf(reading.today)) return i + 1
    const isDate = kindAt(reading, i) === Kind.Number && digitsAt(reading, i) === dayOfMonth(reading.today)
    if (isDate && kindAt(reading, i + 1) !== Kind.Clock) return i + 1
  }
  return undefined
}

const IS = new Set(['is', 'ist', 'der', 'the', 'est', 'es', 'e', 'le', 'el', 'dia', 'уже'])

/** "It broke today", "since today", "bis heute keine Antwort". */
function isTodayPast(reading: Reading, at: number, roles: number): boolean {
  if ((roles & (Role.Since | Role.Last)) !== 0) return true
  if ((roles & Role.By) !== 0) return hasDenial(reading, at) && kindAt(reading, at + 1) !== Kind.PartOfDay
  return (roles & Role.For) === 0 && isToldAsPast(reading, at)
}
