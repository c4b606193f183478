/** One word (or currency sign, or percent sign) of a note, folded for comparison and placed in the original. */
export interface Word {
  /** Folded: lower case, no accents, no invisible characters, full forms of "dont" and "cant". */
  readonly text: string
  /** UTF-16 offsets in the original note. */
  readonly start: number
  readonly end: number
  /** Phrases never reach across sentences, denials never across clauses. */
  readonly sentence: number
  readonly clause: number
  /** Stands in a reply's quotation (`> …`, "Original Message"): somebody else said it. */
  readonly quoted: boolean
  /** Latin and Cyrillic letters within one word, as in "Тpебyются": people do not type so, senders of spam do. */
  readonly mixedScript: boolean
}

// One alternative after the other and no nested repetition, so the scan is linear in the note. A word starts with
// a letter or digit; marks and invisible characters may follow, so that "u<zero width>rgent" stays one word.
const WORD = /[$€£₽%]|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]*/gu
const INVISIBLE = /[\p{M}\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/gu
const SENTENCE_END = /[.!?…](?=\s)|\n\s*\n/u
const CLAUSE_END = /[,;:–—()\n](?=\s|$)|\s-\s|[.!?…]|\n/u
// Nothing that could match a dash follows the dashes, else a line of 20,000 of them would take 0.3 s.
const REPLY_HEADER = /^[ \t]*-{3,}[ \t]*(?:original message|forwarded message|исходное сообщение)/imu

/** No phrase has a word this long; folding only the head keeps 20,000 marks on one letter cheap. */
const FOLDED_HEAD = 48

/**
 * Of ordinary words 20,000 characters hold some 3,500, and a sender gets to the point before. Notes of crumbs
 * ("7 7 7") hold 10,000 and would take more time than a note is worth. What follows is not read.
 */
const MOST_WORDS = 2000

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

/** Splits a note into its words, in the order they stand. */
export function readWords(note: string): Word[] {
  const words: Word[] = []
  const quotedFrom = REPLY_HEADER.exec(note)?.index ?? note.length
  let place: TextPlace = { sentence: 0, clause: 0, quoted: false }
  let previousEnd = 0
  for (const found of note.matchAll(WORD)) {
    if (words.length === MOST_WORDS) break
    const start = found.index
    const end = start + found[0].length
    place = placeAfter(place, note.slice(previousEnd, start), previousEnd === 0)
    words.push({ ...foldWord(found[0]), start, end, ...place, quoted: place.quoted || start >= quotedFrom })
    previousEnd = end
  }
  return words
}

type TextPlace = Pick<Word, 'sentence' | 'clause' | 'quoted'>

/** Where the text stands after `gap`, the characters between two words (or before the first of them). */
function placeAfter(place: TextPlace, gap: string, opensNote: boolean): TextPlace {
  if (gap === ' ' || gap === '') return place
  const lineStart = opensNote ? 0 : gap.lastIndexOf('\n')
  return {
    sentence: place.sentence + (SENTENCE_END.test(gap) ? 1 : 0),
    clause: place.clause + (CLAUSE_END.test(gap) ? 1 : 0),
    quoted: lineStart < 0 ? place.quoted : gap.slice(lineStart).trimStart().startsWith('>'),
  }
}

function foldWord(raw: string): Pick<Word, 'text' | 'mixedScript'> {
  const head = foldHead(raw)
  const mixedScript = /[а-я]/.test(head) && /[a-z]/.test(head)
  return { text: mixedScript ? unmask(head) : (FULL_FORMS.get(head) ?? head), mixedScript }
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
