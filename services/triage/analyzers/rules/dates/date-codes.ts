import type { Word } from '../reading/note-words.ts'
import { codeOf } from './date-words.ts'

/*
 * What each word of a note means for dates. Reading a date looks at the same words many times, also before the first and
 * after the last, so the codes are read once, with zeros around them. The array is reused: it is valid until the next note
 * is read.
 */

/** Codes from index {@link MARGIN} on. */
export type DateCodes = Int32Array

/** More than the distance from a date of the words that are looked at. */
const MARGIN = 32

let codes: DateCodes = new Int32Array(4096)

export function readCodes(words: readonly Word[]): DateCodes {
  if (codes.length < words.length + 2 * MARGIN) codes = new Int32Array(2 * words.length + 2 * MARGIN)
  const end = MARGIN + words.length
  for (let i = 0; i < words.length; i++) codes[MARGIN + i] = codeOf((words[i] as Word).spelling)
  codes.fill(0, end, end + MARGIN)
  return codes
}

/** @param at index of a word, up to {@link MARGIN} before the first or after the last */
export function codeIn(all: DateCodes, at: number): number {
  return all[MARGIN + at] as number
}
