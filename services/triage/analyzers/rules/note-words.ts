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
  /** Whether it is quoted in a reply (`> …`, "Original Message"), so that the sender did not write it. */
  readonly quoted: boolean
}

// Linear time: no nested repetition. A word starts with a letter or digit; marks and invisible characters may follow,
// so that "u<zero width>rgent" is one word.
const WORD = /[$€£₽%]|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]*/gu
const SENTENCE_END = /[.!?…](?=\s)|\n\s*\n/u
const CLAUSE_END = /[,;:–—()\n](?=\s|$)|\s-\s|[.!?…]|\n/u
// Nothing after the dashes matches a dash; otherwise a line of 20,000 dashes would take 0.3 s.
const REPLY_HEADER = /^[ \t]*-{3,}[ \t]*(?:original message|forwarded message|исходное сообщение)/imu

/**
 * Maximum number of words read. 20,000 characters of ordinary text have about 3,500 words, and the purpose of a note
 * shows earlier. Notes such as "7 7 7" have 10,000 and would take too long.
 */
const MAX_WORDS = 2000

/** Splits a note into words. */
export function readWords(note: string): Word[] {
  const words: Word[] = []
  const quotedFrom = REPLY_HEADER.exec(note)?.index ?? note.length
  let place: TextPlace = { sentence: 0, clause: 0, quoted: false }
  let previousEnd = 0
  for (const found of note.matchAll(WORD)) {
    if (words.length === MAX_WORDS) break
    const start = found.index
    const end = start + found[0].length
    place = placeAfter(place, note.slice(previousEnd, start), previousEnd === 0)
    const spelling = spellingOf(found[0])
    const { sentence, clause } = place
    const quoted = place.quoted || start >= quotedFrom
    words.push({ spelling, text: spelling.text, start, end, sentence, clause, quoted })
    previousEnd = end
  }
  return words
}

type TextPlace = Pick<Word, 'sentence' | 'clause' | 'quoted'>

/** The sentence, clause and quotation state after `gap`, the characters between two words or before the first. */
function placeAfter(place: TextPlace, gap: string, opensNote: boolean): TextPlace {
  if (gap === ' ' || gap === '') return place
  const lineStart = opensNote ? 0 : gap.lastIndexOf('\n')
  return {
    sentence: place.sentence + (SENTENCE_END.test(gap) ? 1 : 0),
    clause: place.clause + (CLAUSE_END.test(gap) ? 1 : 0),
    quoted: lineStart < 0 ? place.quoted : gap.slice(lineStart).trimStart().startsWith('>'),
  }
}
