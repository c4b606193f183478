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

/** What the characters of a note show, as bits in the order of {@link MARKS}. */
const [QUESTION, ENDS_IN_QUESTION, EXCLAMATION, PER_CENT, LINES, IS_LINK, CURRENCY, EMOJI, DIGITS] = [
  1, 2, 4, 8, 16, 32, 64, 128, 256,
]

/**
 * The shapes of a note, as indexes in {@link SHAPES}.
 *
 * @param size number of words to look at
 */
export function shapesOf(note: string, words: readonly Word[], size: number): number[] {
  let marks = marksOf(note)
  let inCapitals = 0
  for (let i = 0; i < size; i++) {
    const { start, end } = words[i] as Word
    const code = note.charCodeAt(start)
    if (isDigit(code)) marks |= DIGITS
    else if (end - start > 1 && isUpperCase(code) && isUpperCase(note.charCodeAt(start + 1))) inCapitals++
  }
  const share = size === 0 ? 0 : inCapitals / size
  const sentences = size === 0 ? 0 : (words[size - 1] as Word).sentence
  const shapes = [
    0,
    LENGTH + Math.min(LENGTHS - 1, 31 - Math.clz32(size + 1)),
    SENTENCE + Math.min(SENTENCES - 1, sentences),
    CAPITAL + (share > 0.5 ? 2 : share > 0.15 ? 1 : 0),
  ]
  for (let mark = 0; mark < MARKS.length; mark++) if (((marks >>> mark) & 1) !== 0) shapes.push(MARK + mark)
  return shapes
}

const [NEW_LINE, EXCLAMATION_MARK, PER_CENT_SIGN, FULL_STOP, COLON, QUESTION_MARK] = [10, 33, 37, 46, 58, 63]
const [LETTER_E, LETTER_P, LETTER_S, LETTER_W] = [101, 112, 115, 119]

/** One pass over the characters, several times as fast as a search for each mark. */
function marksOf(note: string): number {
  let marks = 0
  let isLink = false
  for (let i = 0; i < note.length; i++) {
    const code = note.charCodeAt(i)
    if (code >= 97 && code <= 122) continue // the most frequent
    if (code === QUESTION_MARK) marks |= QUESTION
    else if (code === EXCLAMATION_MARK) marks |= EXCLAMATION
    else if (code === PER_CENT_SIGN) marks |= PER_CENT
    else if (code === NEW_LINE) marks |= LINES
    else if (code === FULL_STOP || code === COLON) isLink ||= isLinkAt(note, i, code)
    else if (code === 36 || code === 163 || code === 0x20ac || code === 0x20bd) marks |= CURRENCY
    // pictographs are in the supplementary planes from U+1F000, or among the symbols of the BMP
    else if ((code >= 0xd83c && code <= 0xd83e) || (code >= 0x2600 && code <= 0x27bf)) marks |= EMOJI
  }
  if (isLink && LINK.test(note)) marks |= IS_LINK
  if ((marks & QUESTION) !== 0 && endsInQuestion(note)) marks |= ENDS_IN_QUESTION
  return marks
}

/** Whether a full stop or colon can be one of {@link LINK}, to spare most notes the search. */
function isLinkAt(note: string, at: number, code: number): boolean {
  const before = at === 0 ? 0 : note.charCodeAt(at - 1)
  if (code === COLON) return before === LETTER_P || before === LETTER_S
  return before === LETTER_W || (at + 1 < note.length && note.charCodeAt(at + 1) === LETTER_E)
}

function endsInQuestion(note: string): boolean {
  return note.charCodeAt(note.length - 1) === QUESTION_MARK || note.trimEnd().endsWith('?')
}

/** For basic Latin, Western European and Russian letters. */
function isUpperCase(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 0xc0 && code <= 0xde) || (code >= 0x401 && code <= 0x42f)
}
