import { type NotePart, partsOf } from './note-parts.ts'
import { makeRoom, type Spelling, spellingAt, textOf } from './spelling.ts'
import { clauseEndsIn, sentenceEndsIn, wordEnd } from './word-characters.ts'

/**
 * A word (or currency sign, or percent sign) of a note, with its folded spelling and its position. The spelling is valid
 * until the next note is read.
 */
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

/** The word at an index, or undefined outside of the note. V8 makes every access slow where one had a negative index. */
export function wordAt(words: readonly Word[], at: number): Word | undefined {
  return at >= 0 && at < words.length ? words[at] : undefined
}

/**
 * Maximum number of words read. 20,000 characters of ordinary text have about 3,500 words, and the purpose of a note
 * shows earlier. Notes such as "7 7 7" have 10,000 and would take too long.
 */
const MAX_WORDS = 2000

/** Splits a note into words, except its signature, disclaimers and mail headers. */
export function readWords(note: string): Word[] {
  makeRoom(MAX_WORDS)
  const words: Word[] = []
  const parts = partsOf(note)
  let part = parts[0]
  let nextPart = 1
  let inside: NotePart | undefined
  let [sentence, clause, previousEnd] = [0, 0, 0]
  for (let start = 0; start < note.length && words.length < MAX_WORDS; ) {
    const end = wordEnd(note, start)
    if (end === start) {
      start++
      continue
    }
    while (part !== undefined && part.end <= start) part = parts[nextPart++]
    const within = part !== undefined && part.start <= start ? part : undefined
    if (within?.quoted !== false) {
      if (within !== inside) {
        // a quoted message starts and ends a sentence
        sentence++
        clause++
        inside = within
      } else if (!isBlankOrNothing(note, previousEnd, start) && clauseEndsIn(note, previousEnd, start)) {
        clause++
        if (sentenceEndsIn(note, previousEnd, start)) sentence++
      }
      const spelling = spellingAt(note, start, end)
      words.push({ spelling, text: textOf(spelling), start, end, sentence, clause, quoted: within !== undefined })
      previousEnd = end
    }
    start = end
  }
  return words
}

/** Whether there is at most a blank between two words, as between most. */
function isBlankOrNothing(note: string, from: number, to: number): boolean {
  return from === to || (to - from === 1 && note.charCodeAt(from) === SPACE)
}

const SPACE = 32
