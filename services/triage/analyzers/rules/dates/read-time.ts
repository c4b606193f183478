import { wordAt } from '../reading/note-words.ts'
import { amountOf, Kind, ORDINAL, Role } from './date-words.ts'
import { type Mention, Tense } from './mention.ts'
import { codeAt, hasDenial, isAboutOpening, kindAt, type Reading, rolesBefore, textAt } from './surroundings.ts'

/** "by 5 pm", "bis 14 Uhr", "к 18:00": a deadline today. Undefined for opening hours and for times after "from" or "at". */
export function readTime(reading: Reading, at: number, roles: number, first: number): Mention | undefined {
  const { note, words } = reading
  if ((roles & Role.By) === 0 || amountOf(codeAt(reading, at)) === ORDINAL) return undefined
  const isClock = kindAt(reading, at + 1) === Kind.Clock || isPartOfDay(reading, at + 1)
  const end = wordAt(words, at)?.end ?? 0
  const hasMinutes =
    note[end] === ':' && wordAt(words, at + 1)?.start === end + 1 && kindAt(reading, at + 1) === Kind.Number
  if (!isClock && !hasMinutes) return undefined
  return time(reading, first, hasMinutes || isClock ? at + 1 : at)
}

/** "by noon", "this afternoon", "heute Abend", "до вечера". */
export function readPartOfDay(reading: Reading, at: number): Mention | undefined {
  const { roles, first } = rolesBefore(reading, at)
  const isThis = (roles & Role.This) !== 0 && !isMorning(reading, at)
  const isDeadline = (roles & Role.By) !== 0 && (roles & Role.Every) === 0
  if (!isThis && !isDeadline) return undefined
  const mention = time(reading, first, at)
  return mention === undefined || isDeadline ? mention : { ...mention, tense: Tense.Coming }
}

function time(reading: Reading, first: number, last: number): Mention | undefined {
  if (isAboutOpening(reading, last)) return undefined
  for (let i = first - 1; i >= first - 5; i--) if ((codeAt(reading, i) & Role.From) !== 0) return undefined // a range
  if (hasDenial(reading, last) && textAt(reading, first) === 'bis') return undefined
  return { first, last, tense: Tense.Deadline, day: reading.today, precision: 'day', isTimeOnly: true }
}

function isPartOfDay(reading: Reading, at: number): boolean {
  return kindAt(reading, at) === Kind.PartOfDay
}

const MORNING = new Set(['morning', 'morgens', 'matin', 'manana', 'manha', 'утро', 'утром'])

/** "This morning" is over. */
function isMorning(reading: Reading, at: number): boolean {
  return MORNING.has(textAt(reading, at))
}
