import { type Spelling, spellingOf } from './spelling.ts'

/** One word (or currency sign, or percent sign) of a note, folded for comparison and placed in the original. */
export interface Word {
  readonly spelling: Spelling
  /** As its spelling has it. */
  readonly text: string
  /** UTF-16 offsets in the original note. */
  readonly start: number
  readonly end: number
  /** Phrases never reach across sentences, denials never across clauses. */
  readonly sentence: number
  readonly clause: number
  /** Stands in a reply's quotation (`> …`, "Original Message"): somebody else said it. */
  readonly quoted: boolean
}

// One alternative after the other and no nested repetition, so the scan is linear in the note. A word starts with
// a letter or digit; marks and invisible characters may follow, so that "u<zero width>rgent" stays one word.
const WORD = /[$€£₽%]|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]*/gu
const SENTENCE_END = /[.!?…](?=\s)|\n\s*\n/u
const CLAUSE_END = /[,;:–—()\n](?=\s|$)|\s-\s|[.!?…]|\n/u
// Nothing that could match a dash follows the dashes, else a line of 20,000 of them would take 0.3 s.
const REPLY_HEADER = /^[ \t]*-{3,}[ \t]*(?:original message|forwarded message|исходное сообщение)/imu

/**
 * Of ordinary words 20,000 characters hold some 3,500, and a sender gets to the point before. Notes of crumbs
 * ("7 7 7") hold 10,000 and would take more time than a note is worth. What follows is not read.
 */
const MOST_WORDS = 2000

/** Splits a note into its words, in the order they stand. */
export function readWords(note: string): Word[] {
  const words: Word[] = []
  const quotedFrom = REPLY_HEADER.exec(note)?.index ?? note.length
  let place: TextPlace = { sentence: 0, clause: 0, quoted: false }
  let previousEnd = 0
  for (const found of note.matchAll(WORD)) {
    if (words.length === MOST_WORDS) break
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

/** Where the text stands after `gap`, the characters between two words (or before the first of them). */
function placeAfter(place: TextPlace, gap: string, opensNote: boolean): TextPlace {
  if (gap === ' ' || gap === '') return place
  const lineStart = opensNote ? 0 : gap.lastIndexOf('\n')
  return {
    sentence: place.sentence + (SENTENCE_END.test(gap) ? 1 : 0),
    clause: place.clause + (CLAUSE_END.test(gap) ? 1 : 0),
    quoted: lineStart < 0 ? place.quoted : gap.slice(lineStart).trimStart().startsWith('>'),
  }
}
