/**
 * The spelling of a word, shared by all its occurrences. Notes repeat a few thousand words, and most work on a note
 * concerns single words, so `perSpelling` does it once per spelling.
 */
export interface Spelling {
  /** Folded: lower case, no accents, no invisible characters, full forms of "dont" and "cant". */
  readonly text: string
  /** Whether it mixes Latin and Cyrillic letters, as in "Тpебyются", which is typical of spam. */
  readonly mixedScript: boolean
  /** Whether it has a letter that no language of the training notes uses, such as ł, ø or ї. */
  readonly foreign: boolean
  /** Cached results of `perSpelling`, by slot. */
  readonly results: unknown[]
}

/** Maximum size of the cache. When it is full it is cleared; frequent spellings return quickly. */
const MAX_SPELLINGS = 30_000
/** Longer numbers are not cached, since they rarely repeat; nor are words longer than {@link FOLDED_HEAD}. */
const MAX_NUMBER_LENGTH = 4
/** No phrase has a word this long. Folding only the head of a word keeps 20,000 marks on one letter cheap. */
const FOLDED_HEAD = 48

/** A power of two, at least twice {@link MAX_SPELLINGS}. */
const TABLE_SIZE = 65_536
/**
 * Ordinary words are found within a few steps. Words chosen to share a place would take 30,000, 300 ms for a note of them,
 * so after this many the word at the place is replaced.
 */
const MAX_STEPS = 64

/**
 * A hash table with open addressing: a word is found by its characters, without cutting it out of the note. The words as
 * they stand in notes, before folding, and their spellings at the same indexes.
 */
const rawWords: (string | undefined)[] = new Array(TABLE_SIZE).fill(undefined)
const spellings: Spelling[] = new Array(TABLE_SIZE)
let cachedSpellings = 0
let slots = 0

/** @param raw a word of a note */
export function spellingOf(raw: string): Spelling {
  return spellingAt(raw, 0, raw.length)
}

/** The spelling of the word of `note` from `start` up to `end`. */
export function spellingAt(note: string, start: number, end: number): Spelling {
  const length = end - start
  if (length > (isDigit(note.charCodeAt(start)) ? MAX_NUMBER_LENGTH : FOLDED_HEAD)) {
    return createSpelling(note.slice(start, end), false)
  }
  let hash = 0
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ note.charCodeAt(i), 0x5bd1e995)
  const home = (hash ^ (hash >>> 15)) & (TABLE_SIZE - 1)
  let slot = home
  let steps = 0
  for (let raw = rawWords[slot]; raw !== undefined && steps < MAX_STEPS; raw = rawWords[slot]) {
    if (isAt(raw, note, start, length)) return spellings[slot] as Spelling
    slot = (slot + 1) & (TABLE_SIZE - 1)
    steps++
  }
  if (steps === MAX_STEPS) slot = home
  if (cachedSpellings === MAX_SPELLINGS) {
    rawWords.fill(undefined)
    byText.clear()
    cachedSpellings = 0
    slot = home
  }
  const raw = copyOf(note.slice(start, end))
  const spelling = createSpelling(raw, true)
  rawWords[slot] = raw
  spellings[slot] = spelling
  cachedSpellings++
  return spelling
}

function isAt(raw: string, note: string, start: number, length: number): boolean {
  if (raw.length !== length) return false
  for (let i = 0; i < length; i++) if (raw.charCodeAt(i) !== note.charCodeAt(start + i)) return false
  return true
}

/** Caches the result of `compute`, which must depend only on the spelling. */
export function perSpelling<Result extends object | number | boolean>(
  compute: (spelling: Spelling) => Result,
): (spelling: Spelling) => Result {
  const slot = slots++
  return (spelling) => {
    const cached = spelling.results[slot] as Result | undefined
    if (cached !== undefined) return cached
    const result = compute(spelling)
    spelling.results[slot] = result
    return result
  }
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

const INVISIBLE = /[\p{M}\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/gu

const FULL_FORMS = new Map([
  ['dont', "don't"],
  ['cant', "can't"],
  ['wont', "won't"],
  ['doesnt', "doesn't"],
  ['didnt', "didn't"],
  ['isnt', "isn't"],
  ['arent', "aren't"],
  ['wasnt', "wasn't"],
  ['couldnt', "couldn't"],
  ['cannot', "can't"],
  ['havent', "haven't"],
  ['hasnt', "hasn't"],
  ['im', "i'm"],
  ['ive', "i've"],
  ['pls', 'please'],
  ['plz', 'please'],
  ['u', 'you'],
  ['ur', 'your'],
  ['whats', "what's"],
  ['ppl', 'people'],
  ['2moro', 'tomorrow'],
  ['thx', 'thanks'],
])

const CYRILLIC_LOOKALIKES = new Map([...'aceopxykmthb'].map((letter, i) => [letter, [...'асеорхукмтнв'][i] ?? letter]))

/** Letters of other languages than those of the training notes. Folding turns most of them into usual letters. */
const FOREIGN = /[åæðøþòì\u0100-\u0151\u0154-\u024f\u1e00-\u1eff\u0450\u0452-\u04ff]/i

/** Spellings by their folded text, so that "Price", "PRICE" and "price" share their results. */
const byText = new Map<string, Spelling>()

/** @param cached whether the word counts towards {@link MAX_SPELLINGS}, which also bounds {@link byText} */
function createSpelling(raw: string, cached: boolean): Spelling {
  const head = foldHead(raw)
  const scripts = scriptsIn(head)
  const mixedScript = scripts === (LATIN | CYRILLIC)
  const foreign = !isAscii(raw) && FOREIGN.test(raw.slice(0, FOLDED_HEAD))
  const text = mixedScript ? unmask(head) : (FULL_FORMS.get(head) ?? head)
  if (mixedScript || foreign || raw.length > FOLDED_HEAD)
    return { text, mixedScript, foreign, results: new Array(slots) }
  let spelling = byText.get(text)
  if (spelling === undefined) {
    spelling = { text, mixedScript, foreign, results: new Array(slots) }
    if (cached) byText.set(text, spelling)
  }
  return spelling
}

const [LATIN, CYRILLIC] = [1, 2]

function scriptsIn(text: string): number {
  let scripts = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 97 && code <= 122) scripts |= LATIN
    else if (code >= 0x430 && code <= 0x44f) scripts |= CYRILLIC
  }
  return scripts
}

/**
 * Folds a word for comparison. The vocabulary is folded by the same function, so it does not matter that "й" loses its
 * breve.
 */
export function foldHead(raw: string): string {
  const head = raw.length > FOLDED_HEAD ? raw.slice(0, FOLDED_HEAD) : raw
  const lower = head.toLowerCase()
  if (isAscii(lower)) return lower.endsWith("'") ? lower.slice(0, -1) : lower
  if (isPlainRussian(lower)) return lower
  const folded = lower.normalize('NFKD').replace(INVISIBLE, '').replaceAll('’', "'").replaceAll('ß', 'ss').toLowerCase()
  return folded.endsWith("'") ? folded.slice(0, -1) : folded
}

/** The words of several space-separated lists, folded. */
export function wordSet(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(/\s+/).map(foldHead)))
}

function unmask(text: string): string {
  let plain = ''
  for (const letter of text) plain += CYRILLIC_LOOKALIKES.get(letter) ?? letter
  return plain
}

/** Letters that folding leaves alone: all but й and ё. */
function isPlainRussian(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x430 || code > 0x44f || code === 0x439) return false
  }
  return true
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** A substring of 13 characters or more keeps the whole note in memory, a copy does not. */
function copyOf(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}
