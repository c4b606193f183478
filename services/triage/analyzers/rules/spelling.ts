/**
 * A word as it is spelled: one object however often the word occurs. Notes are made of the same few thousand words again
 * and again, and most of what a note takes is about one word alone; `perSpelling` does that once for each.
 */
export interface Spelling {
  /** Folded: lower case, no accents, no invisible characters, full forms of "dont" and "cant". */
  readonly text: string
  /** Latin and Cyrillic letters within one word, as in "Тpебyются": people do not type so, senders of spam do. */
  readonly mixedScript: boolean
  /** What `perSpelling` remembers, by slot. */
  readonly remembered: unknown[]
}

/** So many are remembered; then all are forgotten, and the frequent ones come back at once. */
const MOST_SPELLINGS = 20_000
/** Longer numbers, and words longer than any phrase has, are of one note alone. */
const LONGEST_NUMBER = 3
/** No phrase has a word this long; folding only the head keeps 20,000 marks on one letter cheap. */
const FOLDED_HEAD = 48

const spellings = new Map<string, Spelling>()
let slots = 0

/** @param raw a word as it stands in a note */
export function spellingOf(raw: string): Spelling {
  if (raw.length > (isDigit(raw.charCodeAt(0)) ? LONGEST_NUMBER : FOLDED_HEAD)) return createSpelling(raw)
  const known = spellings.get(raw)
  if (known !== undefined) return known
  if (spellings.size === MOST_SPELLINGS) spellings.clear()
  const own = copyOf(raw)
  const spelling = createSpelling(own)
  spellings.set(own, spelling)
  return spelling
}

/** `compute`, which must depend on nothing but the spelling, once for each. */
export function perSpelling<Result extends object | number | boolean>(
  compute: (spelling: Spelling) => Result,
): (spelling: Spelling) => Result {
  const slot = slots++
  return (spelling) => {
    const remembered = spelling.remembered[slot] as Result | undefined
    if (remembered !== undefined) return remembered
    const result = compute(spelling)
    spelling.remembered[slot] = result
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

function createSpelling(raw: string): Spelling {
  const head = foldHead(raw)
  const mixedScript = /[а-я]/.test(head) && /[a-z]/.test(head)
  return { text: mixedScript ? unmask(head) : (FULL_FORMS.get(head) ?? head), mixedScript, remembered: [] }
}

/**
 * Brings a word to the form in which the vocabulary is written. The vocabulary is folded by the same function,
 * so it does not matter that "й" loses its breve on the way.
 */
export function foldHead(raw: string): string {
  const head = raw.length > FOLDED_HEAD ? raw.slice(0, FOLDED_HEAD) : raw
  const lower = head.toLowerCase()
  if (isAscii(lower)) return lower.endsWith("'") ? lower.slice(0, -1) : lower
  const folded = lower.normalize('NFKD').replace(INVISIBLE, '').replaceAll('’', "'").toLowerCase()
  return folded.endsWith("'") ? folded.slice(0, -1) : folded
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

/** A word that was cut out of a note keeps the whole note in memory, as the engine does it; a copy does not. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
