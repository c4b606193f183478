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
const MAX_SPELLINGS = 20_000
/** Longer numbers are not cached, since they rarely repeat; nor are words longer than {@link FOLDED_HEAD}. */
const MAX_NUMBER_LENGTH = 3
/** No phrase has a word this long. Folding only the head of a word keeps 20,000 marks on one letter cheap. */
const FOLDED_HEAD = 48

const spellings = new Map<string, Spelling>()
let slots = 0

/** @param raw a word of a note */
export function spellingOf(raw: string): Spelling {
  if (raw.length > (isDigit(raw.charCodeAt(0)) ? MAX_NUMBER_LENGTH : FOLDED_HEAD)) return createSpelling(raw)
  const cached = spellings.get(raw)
  if (cached !== undefined) return cached
  if (spellings.size === MAX_SPELLINGS) spellings.clear()
  const own = copyOf(raw)
  const spelling = createSpelling(own)
  spellings.set(own, spelling)
  return spelling
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

function createSpelling(raw: string): Spelling {
  const head = foldHead(raw)
  const mixedScript = /[а-я]/.test(head) && /[a-z]/.test(head)
  const text = mixedScript ? unmask(head) : (FULL_FORMS.get(head) ?? head)
  return { text, mixedScript, foreign: FOREIGN.test(raw.slice(0, FOLDED_HEAD)), results: [] }
}

/**
 * Folds a word for comparison. The vocabulary is folded by the same function, so it does not matter that "й" loses its
 * breve.
 */
export function foldHead(raw: string): string {
  const head = raw.length > FOLDED_HEAD ? raw.slice(0, FOLDED_HEAD) : raw
  const lower = head.toLowerCase()
  if (isAscii(lower)) return lower.endsWith("'") ? lower.slice(0, -1) : lower
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

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** A substring keeps the whole note in memory, a copy does not. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
