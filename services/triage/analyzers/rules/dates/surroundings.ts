import { type Word, wordAt } from '../reading/note-words.ts'
import { codeIn, type DateCodes } from './date-codes.ts'
import { BEFORE_DATE, Kind, kindOf, Role } from './date-words.ts'

/** A note while its dates are read. */
export interface Reading {
  readonly note: string
  readonly words: readonly Word[]
  /** Of the words. */
  readonly codes: DateCodes
  /** The day the note was received; see `calendar.ts`. */
  readonly today: number
}

/** Maximum number of words before a date that are examined for roles. */
const MAX_WORDS_BEFORE = 6

/** The code of a word; 0 outside of the note. */
export function codeAt({ codes }: Reading, at: number): number {
  return codeIn(codes, at)
}

export function kindAt(reading: Reading, at: number): number {
  return kindOf(codeAt(reading, at))
}

export function textAt({ words }: Reading, at: number): string {
  return wordAt(words, at)?.text ?? ''
}

export function inSameSentence({ words }: Reading, a: number, b: number): boolean {
  return wordAt(words, a)?.sentence === wordAt(words, b)?.sentence
}

/** The roles of the words directly before a date, and the index of the first that is not just an article. */
export interface Before {
  readonly roles: number
  readonly first: number
}

/** Another phrase ends with these: "send this by Friday", "call me back by Friday". */
const NOT_BEFORE_BY = Role.This | Role.Next | Role.Last | Role.AgoAfter | Role.Every

/** Collects roles from right to left, as in "by the end of next [week]", and skips a time of day: "by 5 pm on [Friday]". */
export function rolesBefore(reading: Reading, at: number): Before {
  let roles = 0
  let first = at
  for (let i = at - 1; i >= at - MAX_WORDS_BEFORE && inSameSentence(reading, i, at); i--) {
    const code = codeAt(reading, i)
    if (code === 0) break
    if (isSkipped(reading, i)) continue
    if (kindOf(code) !== Kind.None && kindOf(code) < Kind.Clock) break
    let own = code & BEFORE_DATE
    if ((own & Role.AgoBefore) !== 0 && textAt(reading, i) === 'y' && textAt(reading, i + 1) !== 'a') own = 0 // "il y a"
    if (own === 0 || ((roles & Role.By) !== 0 && (own & NOT_BEFORE_BY) !== 0)) break
    roles |= own
    if ((own & ~(Role.Glue | Role.AgoAfter)) !== 0) first = i
  }
  return { roles, first }
}

/** A time of day, or the "dia" of "até dia 5". */
function isSkipped(reading: Reading, at: number): boolean {
  const kind = kindAt(reading, at)
  if (kind === Kind.PartOfDay) return true
  if (kind === Kind.Clock) return kindAt(reading, at - 1) === Kind.Number // not the German "am"
  if (kind === Kind.Number) return kindAt(reading, at + 1) === Kind.Clock
  return kind === Kind.Unit && textAt(reading, at) === 'dia'
}

/** The last word and the role of a "prochain", "que viene" or "pasado" directly after a word. */
export function roleAfter(reading: Reading, at: number): { role: number; last: number } {
  let i = at + 1
  if (textAt(reading, i) === 'feira') i++
  if (textAt(reading, i) === 'que') i++
  const role = codeAt(reading, i) & (Role.Coming | Role.Last)
  if (role === 0 || !inSameSentence(reading, i, at) || kindAt(reading, i + 1) === Kind.Unit)
    return { role: 0, last: at }
  return { role, last: i }
}

/** How far a verb may be from its date. */
const MAX_VERB_DISTANCE = 8
/** A verb beyond one of these tells something else. */
const CONJUNCTIONS = new Set(
  'and but because so und aber weil denn sodass dass that et mais y pero porque e mas и но а поэтому что'.split(' '),
)

/** Whether the clause around a date tells what happened: it has a verb in the past, and none that asks or plans. */
export function isToldAsPast(reading: Reading, at: number): boolean {
  const clause = wordAt(reading.words, at)?.clause
  let past = false
  for (let step = -1; step <= 1; step += 2) {
    for (
      let i = at + step;
      Math.abs(i - at) <= MAX_VERB_DISTANCE && wordAt(reading.words, i)?.clause === clause;
      i += step
    ) {
      if (i < 0 || CONJUNCTIONS.has(textAt(reading, i))) break
      const code = codeAt(reading, i)
      if ((code & Role.Future) !== 0) return false
      past ||= (code & Role.Past) !== 0 || isPerfect(reading, i)
    }
  }
  return past
}

function isPerfect(reading: Reading, at: number): boolean {
  if (kindAt(reading, at) !== Kind.Participle) return false
  return [at - 1, at - 2].some((i) => kindAt(reading, i) === Kind.Auxiliary || textAt(reading, i) === 'a')
}

/** Whether the clause around a date denies something. */
export function hasDenial(reading: Reading, at: number): boolean {
  const clause = wordAt(reading.words, at)?.clause
  for (let i = at - MAX_VERB_DISTANCE; i <= at + MAX_VERB_DISTANCE; i++) {
    if (wordAt(reading.words, i)?.clause === clause && kindAt(reading, i) === Kind.Denial) return true
  }
  return false
}

const MAX_OPEN_DISTANCE = 4

/** Whether a date belongs to opening hours: "open on Sunday?". */
export function isAboutOpening(reading: Reading, at: number): boolean {
  for (let i = at - MAX_OPEN_DISTANCE; i <= at + MAX_OPEN_DISTANCE; i++) {
    if ((codeAt(reading, i) & Role.Open) === 0 || !inSameSentence(reading, i, at)) continue
    if (kindAt(reading, i - 1) !== Kind.Denial) return true // not "не работает с понедельника"
  }
  return false
}
