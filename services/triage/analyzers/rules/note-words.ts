import { type NotePart, partsOf } from './note-parts.ts'
import { type Spelling, spellingOf } from './spelling.ts'

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

// Linear time: no nested repetition. A word starts with a letter or digit; marks and invisible characters may follow,
// so that "u<zero width>rgent" is one word.
const WORD = /[$€£₽%]|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]*/gu
const SENTENCE_END = /[.!?…](?=\s)|\n\s*\n/u
const CLAUSE_END = /[,;:–—()\n](?=\s|$)|\s-\s|[.!?…]|\n/u

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
  for (const found of note.matchAll(WORD)) {
    if (words.length === MAX_WORDS) break
    const start = found.index
    while (part !== undefined && part.end <= start) part = parts[nextPart++]
    const within = part !== undefined && part.start <= start ? part : undefined
    if (within?.quoted === false) continue
    const end = start + found[0].length
    place = within === inside ? placeAfter(place, note.slice(previousEnd, start)) : afterBreak(place)
    inside = within
    const spelling = spellingOf(found[0])
    words.push({ spelling, text: spelling.text, start, end, ...place, quoted: within !== undefined })
    previousEnd = end
  }
  return words
}

type TextPlace = Pick<Word, 'sentence' | 'clause'>

const START: TextPlace = { sentence: 0, clause: 0 }

/** A quoted message starts and ends a sentence. */
function afterBreak({ sentence, clause }: TextPlace): TextPlace {
  return { sentence: sentence + 1, clause: clause + 1 }
}

/** The sentence and clause after `gap`, the characters between two words or before the first. */
function placeAfter(place: TextPlace, gap: string): TextPlace {
  if (gap === ' ' || gap === '') return place
  return {
    sentence: place.sentence + (SENTENCE_END.test(gap) ? 1 : 0),
    clause: place.clause + (CLAUSE_END.test(gap) ? 1 : 0),
  }
}
