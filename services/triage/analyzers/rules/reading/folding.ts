/*
 * Folding makes the ways to write a word comparable: "Résumé’s" and "resume's", "CANT" and "can't".
 */

/** A word after folding. */
export interface FoldedWord {
  /** Lower case, without accents and invisible characters; the full forms of "dont" and "cant". */
  readonly text: string
  /** Whether it mixes Latin and Cyrillic letters, as in "Тpебyются", which is typical of spam. */
  readonly mixedScript: boolean
  /** Whether it has a letter that no language of the training notes uses, such as ł, ø or ї. */
  readonly foreign: boolean
}

/** No phrase has a word this long. Folding only the head of a word keeps 20,000 marks on one letter cheap. */
export const FOLDED_HEAD = 48

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

/** Those of {@link FULL_FORMS} have up to seven letters. */
const MAX_SHORT_FORM = 7

export function foldWord(raw: string): FoldedWord {
  const kinds = kindsIn(raw)
  if ((kinds & OTHER) === 0 && (kinds & BOTH) !== BOTH && raw.length <= FOLDED_HEAD) {
    // most words, which need no other folding
    const text = (kinds & UPPER_CASE) === 0 ? raw : raw.toLowerCase()
    return { text: fullFormOf(text), mixedScript: false, foreign: false }
  }
  const head = foldHead(raw)
  const mixedScript = (kindsIn(head) & BOTH) === BOTH
  const foreign = !isAscii(raw) && FOREIGN.test(raw.slice(0, FOLDED_HEAD))
  return { text: mixedScript ? unmask(head) : fullFormOf(head), mixedScript, foreign }
}

function fullFormOf(head: string): string {
  return head.length > MAX_SHORT_FORM ? head : (FULL_FORMS.get(head) ?? head)
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

/** Kinds of characters, as bits; OTHER is neither a digit nor a letter that only its case can change in folding. */
const [LATIN, CYRILLIC, UPPER_CASE, OTHER] = [1, 2, 4, 8]
const BOTH = LATIN | CYRILLIC

function kindsIn(text: string): number {
  let kinds = 0
  for (let i = 0; i < text.length; i++) kinds |= kindOf(text.charCodeAt(i))
  return kinds
}

function kindOf(code: number): number {
  if (code >= 97 && code <= 122) return LATIN
  if (code >= 65 && code <= 90) return LATIN | UPPER_CASE
  if (code >= 48 && code <= 57) return 0
  if (code === SHORT_I || code === SHORT_I - 32) return CYRILLIC | OTHER
  if (code >= 0x430 && code <= 0x44f) return CYRILLIC
  return code >= 0x410 && code <= 0x42f ? CYRILLIC | UPPER_CASE : OTHER
}

/** й, which loses its breve. */
const SHORT_I = 0x439

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
