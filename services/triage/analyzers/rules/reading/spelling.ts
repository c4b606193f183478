import { FOLDED_HEAD, foldWord } from './folding.ts'
import { wordHash } from './hash.ts'

/*
 * Notes repeat a few thousand words, and most work on a note concerns single words, so `perSpelling` does it once per
 * spelling. Upper case does not matter: "Price", "PRICE" and "price" are one spelling.
 *
 * A spelling is a number, by which its results are found in arrays. The spellings kept by `keepSpellings` come first, the
 * most frequent at the beginning, so that what most words of a note need is close together and stays in the caches of the
 * processor.
 */

/** The number of a spelling. Valid until the next note is read, if the spelling is not kept. */
export type Spelling = number

/** Maximum number of spellings. When a note could exceed it, all but the kept ones are forgotten. */
export const MAX_SPELLINGS = 65_536
/** Maximum number of characters of all spellings, so that an average of 16 is possible. */
const MAX_LETTERS = 1_048_576

/** A power of two, twice {@link MAX_SPELLINGS}. */
const TABLE_SIZE = 131_072
/**
 * Ordinary words are found within a few steps. Words chosen to share a place would take 60,000, 300 ms for a note of them,
 * so a word that is not found after this many is not entered into the table.
 */
const MAX_STEPS = 64

/**
 * A hash table with open addressing, in which a word is found without cutting it out of its note. An entry is the number of
 * a spelling in the lower 16 bits, and 16 bits of its hash, which spare most comparisons of letters.
 */
const table = new Int32Array(TABLE_SIZE).fill(-1)
const EMPTY = -1
let keptTable = table.slice()
/** The letters of all spellings in the table, one after the other, as the table compares them. */
const letters = new Uint16Array(MAX_LETTERS)
/** Where the letters of each spelling start; they end where those of the next start. */
const firstLetters = new Int32Array(MAX_SPELLINGS + 1)
const texts: string[] = new Array(MAX_SPELLINGS).fill('')
const textHashes = new Int32Array(MAX_SPELLINGS)
const flags = new Uint8Array(MAX_SPELLINGS)
const [MIXED_SCRIPT, FOREIGN] = [1, 2]
let kept = 0
let used = 0

/** The folded text of a spelling, see `folding.ts`. */
export function textOf(spelling: Spelling): string {
  return texts[spelling] as string
}

/** The {@link wordHash} of the folded text. */
export function textHashOf(spelling: Spelling): number {
  return textHashes[spelling] as number
}

/** Whether it mixes Latin and Cyrillic letters, as in "Тpебyются", which is typical of spam. */
export function isMixedScript(spelling: Spelling): boolean {
  return ((flags[spelling] as number) & MIXED_SCRIPT) !== 0
}

/** Whether it has a letter that no language of the training notes uses, such as ł, ø or ї. */
export function isForeign(spelling: Spelling): boolean {
  return ((flags[spelling] as number) & FOREIGN) !== 0
}

/** @param raw a word of a note */
export function spellingOf(raw: string): Spelling {
  makeRoom(1)
  return spellingAt(raw, 0, raw.length)
}

/** Makes sure that the next `count` words have numbers. Forgets spellings that are not kept when there are too many. */
export function makeRoom(count: number): void {
  const usedLetters = firstLetters[used] as number
  if (used + count < MAX_SPELLINGS && usedLetters + count * FOLDED_HEAD <= MAX_LETTERS) return
  table.set(keptTable)
  for (const forget of forgetters) forget(kept, used)
  used = kept
}

/** Keeps the spellings so far forever. */
export function keepSpellings(): void {
  kept = used
  keptTable = table.slice()
}

/** The spelling of the word of `note` from `start` up to `end`. */
export function spellingAt(note: string, start: number, end: number): Spelling {
  const length = end - start
  if (length > FOLDED_HEAD) return addSpelling(note, start, start + FOLDED_HEAD)
  let hash = length
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ lowerCase(note.charCodeAt(i)), 0x5bd1e995)
  hash ^= hash >>> 15
  let slot = hash & (TABLE_SIZE - 1)
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const entry = table[slot] as number
    if (entry === EMPTY) {
      const spelling = addSpelling(note, start, end)
      table[slot] = (hash & HASH_BITS) | spelling
      return spelling
    }
    const spelling = entry & SPELLING_BITS
    if (((entry ^ hash) & HASH_BITS) === 0 && isAt(spelling, note, start, length)) return spelling
    slot = (slot + 1) & (TABLE_SIZE - 1)
  }
  return addSpelling(note, start, end)
}

const SPELLING_BITS = 0xffff
const HASH_BITS = ~SPELLING_BITS

function isAt(spelling: Spelling, note: string, start: number, length: number): boolean {
  const first = firstLetters[spelling] as number
  if ((firstLetters[spelling + 1] as number) - first !== length) return false
  for (let i = 0; i < length; i++) if (letters[first + i] !== lowerCase(note.charCodeAt(start + i))) return false
  return true
}

/** The lower case of basic Latin and Russian letters, and other codes as they are. Folding treats both cases alike. */
function lowerCase(code: number): number {
  return (code >= 65 && code <= 90) || (code >= 0x410 && code <= 0x42f) ? code + 32 : code
}

function addSpelling(note: string, start: number, end: number): Spelling {
  const spelling = used++
  const { text, mixedScript, foreign } = foldWord(note.slice(start, end))
  texts[spelling] = copyOf(text)
  textHashes[spelling] = wordHash(text)
  flags[spelling] = (mixedScript ? MIXED_SCRIPT : 0) | (foreign ? FOREIGN : 0)
  let letter = firstLetters[spelling] as number
  for (let i = start; i < end; i++) letters[letter++] = lowerCase(note.charCodeAt(i))
  firstLetters[spelling + 1] = letter
  return spelling
}

/** No result of {@link perSpelling} has this value. */
const NOT_COMPUTED = 0x7fffffff

type Forget = (first: Spelling, end: Spelling) => void
const forgetters: Forget[] = []

/** `forget` is called to drop what is stored for the spellings from `first` up to `end`, before others get their numbers. */
export function onForget(forget: Forget): void {
  forgetters.push(forget)
}

/**
 * Integers per spelling: a row is one cache line of the processor, so that after the first result of a rare word the others
 * cost no access to memory.
 */
const ROW = 16
const rows = new Int32Array(MAX_SPELLINGS * ROW).fill(NOT_COMPUTED)
let columns = 0
onForget((first, end) => rows.fill(NOT_COMPUTED, first * ROW, end * ROW))

/** Caches an integer below 2³¹ - 1 that `compute` derives from the text of a spelling and its other properties. */
export function perSpelling(compute: (text: string, spelling: Spelling) => number): (spelling: Spelling) => number {
  if (columns === ROW) throw new Error(`more than ${ROW} results per spelling`)
  const column = columns++
  return (spelling) => {
    const known = rows[spelling * ROW + column] as number
    if (known !== NOT_COMPUTED) return known
    const result = compute(textOf(spelling), spelling)
    rows[spelling * ROW + column] = result
    return result
  }
}

/** As {@link perSpelling}, for objects. */
export function objectPerSpelling<Result extends object>(
  compute: (spelling: Spelling) => Result,
): (spelling: Spelling) => Result {
  const results: (Result | undefined)[] = new Array(MAX_SPELLINGS).fill(undefined)
  onForget((first, end) => results.fill(undefined, first, end))
  return (spelling) => {
    const known = results[spelling]
    if (known !== undefined) return known
    const result = compute(spelling)
    results[spelling] = result
    return result
  }
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** A substring of 13 characters or more keeps the whole note in memory, a copy does not. */
function copyOf(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}
