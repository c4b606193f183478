import { type NotePart, partsOf } from './note-parts.ts'
import { type Spelling, spellingAt } from './spelling.ts'
import { clauseEndsIn, sentenceEndsIn, wordEnd } from './word-characters.ts'

/** A word (or currency sign, or percent sign) of a note, with its folded spelling and its position. */
export interface Word {
  readonly spelling: Spelling
  /** The folded text of the spelling. */
  readonly text: string
  /** UTF-16 offsets in the original note. */
  readonly start: number
  readonly end: number
  /** Phrases do not match across sentences, nor denials across clauses. */
  readonly sentence: number
  readonly clause: number
  /** Whether it is in a quoted message, which the sender did not write. */
  readonly quoted: boolean
}

/**
 * Maximum number of words read. 20,000 characters of ordinary text have about 3,500 words, and the purpose of a note
 * shows earlier. Notes such as "7 7 7" have 10,000 and would take too long.
 */
const MAX_WORDS = 2000

/** Splits a note into words, except its signature, disclaimers and mail headers. */
export function readWords(note: string): Word[] {
  const words: Word[] = []
  const parts = partsOf(note)
  let part = parts[0]
  let nextPart = 1
  let inside: NotePart | undefined
  let place: TextPlace = START
  let previousEnd = 0
  for (let start = 0; start < note.length && words.length < MAX_WORDS; ) {
    const end = wordEnd(note, start)
    if (end === start) {
      start++
      continue
    }
    while (part !== undefined && part.end <= start) part = parts[nextPart++]
    const within = part !== undefined && part.start <= start ? part : undefined
    if (within?.quoted !== false) {
      place = within === inside ? placeAfter(place, note, previousEnd, start) : afterBreak(place)
      inside = within
      const spelling = spellingAt(note, start, end)
      const { sentence, clause } = place
      words.push({ spelling, text: spelling.text, start, end, sentence, clause, quoted: within !== undefined })
      previousEnd = end
    }
    start = end
  }
  return words
}

type TextPlace = Pick<Word, 'sentence' | 'clause'>

const START: TextPlace = { sentence: 0, clause: 0 }

/** A quoted message starts and ends a sentence. */
function afterBreak({ sentence, clause }: TextPlace): TextPlace {
  return { sentence: sentence + 1, clause: clause + 1 }
}

/** The sentence and clause after the characters from `from` up to `to`, between two words or before the first. */
function placeAfter(place: TextPlace, note: string, from: number, to: number): TextPlace {
  if (to - from <= 1 && (from === to || note.charCodeAt(from) === SPACE)) return place
  const ends = clauseEndsIn(note, from, to)
  if (!ends) return place
  return {
    sentence: place.sentence + (sentenceEndsIn(note, from, to) ? 1 : 0),
    clause: place.clause + 1,
  }
}

const SPACE = 32
