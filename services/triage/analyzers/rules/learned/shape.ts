import type { Word } from '../reading/note-words.ts'
import { isDigit } from '../reading/spelling.ts'

/*
 * The shape of a note: its length, punctuation and typography, as features of the model. A shape is given by its index in
 * the list of all names, because a note has a dozen and strings would take longer than the rest.
 */

const LENGTHS = 9
const SENTENCES = 7
const CAPITALS = 3
const MARKS = [
  'question',
  'ends in a question',
  'exclamation',
  'per cent',
  'several lines',
  'link',
  'currency',
  'emoji',
  'digits',
] as const

/** The names of all shapes. */
export const SHAPES: readonly string[] = [
  'any note',
  ...Array.from({ length: LENGTHS }, (_, i) => `length ${i}`),
  ...Array.from({ length: SENTENCES }, (_, i) => `sentences ${i}`),
  ...Array.from({ length: CAPITALS }, (_, i) => `capitals ${i}`),
  ...MARKS,
]

const LENGTH = 1
const SENTENCE = LENGTH + LENGTHS
const CAPITAL = SENTENCE + SENTENCES
const MARK = CAPITAL + CAPITALS

const LINK = /https?:|www\.|\.example/

/**
 * The shapes of a note, as indexes in {@link SHAPES}.
 *
 * @param size number of words to look at
 */
export function shapesOf(note: string, words: readonly Word[], size: number): number[] {
  const marks = marksOf(note)
  let digits = false
  let inCapitals = 0
  for (let i = 0; i < size; i++) {
    const { start, end } = words[i] as Word
    const code = note.charCodeAt(start)
    if (isDigit(code)) digits = true
    else if (end - start > 1 && isUpperCase(code) && isUpperCase(note.charCodeAt(start + 1))) inCapitals++
  }
  const share = size === 0 ? 0 : inCapitals / size
  const sentences = words[size - 1]?.sentence ?? 0
  const shapes = [
    0,
    LENGTH + Math.min(LENGTHS - 1, 31 - Math.clz32(size + 1)),
    SENTENCE + Math.min(SENTENCES - 1, sentences),
    CAPITAL + (share > 0.5 ? 2 : share > 0.15 ? 1 : 0),
  ]
  const found = (mark: (typeof MARKS)[number], holds: boolean) => {
    if (holds) shapes.push(MARK + MARKS.indexOf(mark))
  }
  found('question', marks.question)
  found('ends in a question', marks.question && note.trimEnd().endsWith('?'))
  found('exclamation', marks.exclamation)
  found('per cent', marks.percent)
  found('several lines', marks.line)
  found('link', marks.dot && LINK.test(note))
  found('currency', marks.currency)
  found('emoji', marks.emoji)
  found('digits', digits)
  return shapes
}

/** One pass over the characters, several times as fast as a search for each mark. */
function marksOf(note: string) {
  const marks = {
    question: false,
    exclamation: false,
    percent: false,
    line: false,
    currency: false,
    emoji: false,
    dot: false,
  }
  for (let i = 0; i < note.length; i++) {
    const code = note.charCodeAt(i)
    if (code >= 97 && code <= 122) continue // the most frequent
    if (code === 63) marks.question = true
    else if (code === 33) marks.exclamation = true
    else if (code === 37) marks.percent = true
    else if (code === 10) marks.line = true
    else if (code === 46 || code === 58) marks.dot = true
    else if (code === 36 || code === 163 || code === 0x20ac || code === 0x20bd) marks.currency = true
    // pictographs are in the supplementary planes from U+1F000, or among the symbols of the BMP
    else if ((code >= 0xd83c && code <= 0xd83e) || (code >= 0x2600 && code <= 0x27bf)) marks.emoji = true
  }
  return marks
}

/** For basic Latin, Western European and Russian letters. */
function isUpperCase(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 0xc0 && code <= 0xde) || (code >= 0x401 && code <= 0x42f)
}
