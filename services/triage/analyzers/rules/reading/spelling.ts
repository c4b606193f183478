import { FOLDED_HEAD, foldWord } from './folding.ts'

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

/** A power of two, twice {@link MAX_SPELLINGS}. */
const TABLE_SIZE = 131_072
/**
 * Ordinary words are found within a few steps. Words chosen to share a place would take 60,000, 300 ms for a note of them,
 * so a word that is not found after this many is not entered into the table.
 */
const MAX_STEPS = 64

/** A hash table with open addressing: a hash, and the spelling plus one; 0 for none. A word is found without cutting it out of its note. */
const table = new Int32Array(2 * TABLE_SIZE)
let keptTable = table.slice()
/** By spelling, its characters as the table compares them. */
const keys: string[] = new Array(MAX_SPELLINGS).fill('')
const texts: string[] = new Array(MAX_SPELLINGS).fill('')
const flags = new Uint8Array(MAX_SPELLINGS)
const [MIXED_SCRIPT, FOREIGN] = [1, 2]
let kept = 0
let used = 0

/** The folded text of a spelling, see `folding.ts`. */
export function textOf(spelling: Spelling): string {
  return texts[spelling] as string
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
  if (used + count <= MAX_SPELLINGS) return
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
  if (length > FOLDED_HEAD) return addSpelling(note.slice(start, start + FOLDED_HEAD))
  let hash = length
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ lowerCase(note.charCodeAt(i)), 0x5bd1e995)
  hash ^= hash >>> 15
  let slot = hash & (TABLE_SIZE - 1)
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const spelling = (table[2 * slot + 1] as number) - 1
    if (spelling < 0) return addToTable(slot, hash, note.slice(start, end))
    if (table[2 * slot] === hash && isAt(keys[spelling] as string, note, start, length)) return spelling
    slot = (slot + 1) & (TABLE_SIZE - 1)
  }
  return addSpelling(note.slice(start, end))
}

function isAt(key: string, note: string, start: number, length: number): boolean {
  if (key.length !== length) return false
  for (let i = 0; i < length; i++) if (key.charCodeAt(i) !== lowerCase(note.charCodeAt(start + i))) return false
  return true
}

/** The lower case of basic Latin and Russian letters, and other codes as they are. Folding treats both cases alike. */
function lowerCase(code: number): number {
  return (code >= 65 && code <= 90) || (code >= 0x410 && code <= 0x42f) ? code + 32 : code
}

function addToTable(slot: number, hash: number, raw: string): Spelling {
  const spelling = addSpelling(raw)
  table[2 * slot] = hash
  table[2 * slot + 1] = spelling + 1
  const text = texts[spelling] as string
  keys[spelling] = isAt(text, raw, 0, raw.length) ? text : copyOf(inLowerCase(raw))
  return spelling
}

function addSpelling(raw: string): Spelling {
  const spelling = used++
  const { text, mixedScript, foreign } = foldWord(raw)
  texts[spelling] = copyOf(text)
  flags[spelling] = (mixedScript ? MIXED_SCRIPT : 0) | (foreign ? FOREIGN : 0)
  return spelling
}

function inLowerCase(raw: string): string {
  let key = ''
  for (let i = 0; i < raw.length; i++) key += String.fromCharCode(lowerCase(raw.charCodeAt(i)))
  return key
}

/** No result of {@link perSpelling} has this value. */
const NOT_COMPUTED = 0x7fffffff

type Forget = (first: Spelling, end: Spelling) => void
const forgetters: Forget[] = []

/** `forget` is called to drop what is stored for the spellings from `first` up to `end`, before others get their numbers. */
export function onForget(forget: Forget): void {
  forgetters.push(forget)
}

/** Caches an integer below 2³¹ - 1 that `compute` derives from the text of a spelling and its other properties. */
export function perSpelling(compute: (text: string, spelling: Spelling) => number): (spelling: Spelling) => number {
  const results = new Int32Array(MAX_SPELLINGS).fill(NOT_COMPUTED)
  onForget((first, end) => results.fill(NOT_COMPUTED, first, end))
  return (spelling) => {
    const known = results[spelling] as number
    if (known !== NOT_COMPUTED) return known
    const result = compute(textOf(spelling), spelling)
    results[spelling] = result
    return result
  }
}

/** As {@link perSpelling}, for objects. */
export function objectPerSpelling<Result extends object>(
  compute: (text: string, spelling: Spelling) => Result,
): (spelling: Spelling) => Result {
  const results: (Result | undefined)[] = new Array(MAX_SPELLINGS).fill(undefined)
  onForget((first, end) => results.fill(undefined, first, end))
  return (spelling) => {
    const known = results[spelling]
    if (known !== undefined) return known
    const result = compute(textOf(spelling), spelling)
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
