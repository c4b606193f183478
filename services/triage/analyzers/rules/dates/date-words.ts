import { foldHead } from '../reading/folding.ts'
import { createLexicon } from '../reading/lexicon.ts'
import { isDigit, perSpelling } from '../reading/spelling.ts'
import type { DateVocabulary } from './vocabulary/date-vocabulary.ts'
import { ENGLISH } from './vocabulary/english.ts'
import { FRENCH } from './vocabulary/french.ts'
import { GERMAN } from './vocabulary/german.ts'
import { PORTUGUESE } from './vocabulary/portuguese.ts'
import { RUSSIAN } from './vocabulary/russian.ts'
import { SPANISH } from './vocabulary/spanish.ts'

/*
 * What a spelling means for dates is one integer, so that a note is scanned by comparing integers: the kind in bits 0 to
 * 3, a value of the kind in bits 4 to 9, and the roles in bits 10 to 30. A spelling has at most one kind and any number
 * of roles: "in" has no kind, "ein" is the number 1 and also an article that a phrase may skip.
 */

export const Kind = {
  None: 0,
  /** Dates start at words of these kinds. */
  Number: 1,
  Weekday: 2,
  WeakWeekday: 3,
  Month: 4,
  WeakMonth: 5,
  Unit: 6,
  Day: 7,
  PartOfDay: 8,
  Repeated: 9,
  /** These only stand beside one. */
  Clock: 10,
  To: 11,
  After: 12,
  Denial: 13,
  Auxiliary: 14,
  Participle: 15,
} as const

export const Unit = {
  Minute: 1,
  Hour: 2,
  Day: 3,
  Week: 4,
  Fortnight: 5,
  Weekend: 6,
  Month: 7,
  Quarter: 8,
  HalfYear: 9,
  Year: 10,
} as const

/** The value of a word of kind Day is its distance from today plus this. */
export const DAY_OFFSET = 10

/** The value of numbers in digits, whose amount is in the text. */
export const DIGITS = 0
/** "14th", "14-го". */
export const ORDINAL = 63

const ROLE_SHIFT = 10
const role = (index: number) => 2 ** (ROLE_SHIFT + index)

/** How a word changes a date beside it. */
export const Role = {
  Next: role(0),
  /** The next such week or month, but the same as no word for weekdays: "viernes próximo". */
  Coming: role(1),
  This: role(2),
  Last: role(3),
  Every: role(4),
  By: role(5),
  Within: role(6),
  On: role(7),
  For: role(8),
  Since: role(9),
  /** "from 3 March": a start, in the past or not. */
  From: role(10),
  AgoBefore: role(11),
  AgoAfter: role(12),
  End: role(13),
  Early: role(14),
  Mid: role(15),
  /** Articles and the like, which phrases skip. */
  Glue: role(16),
  /** A verb in the past. */
  Past: role(17),
  /** A verb that asks or plans. */
  Future: role(18),
  Open: role(19),
} as const

/** Roles of the words directly before a date that belong to it. */
export const BEFORE_DATE = role(17) - role(0)

const VOCABULARIES: readonly DateVocabulary[] = [ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, RUSSIAN]

const codes = new Map<string, number>()
for (const vocabulary of VOCABULARIES) addWords(vocabulary)

function addWords(vocabulary: DateVocabulary): void {
  const { weekdays, weakWeekdays = '', months, weakMonths = '', repeated = '', perfect } = vocabulary
  addInOrder(Kind.Weekday, weekdays)
  addInOrder(Kind.Month, months)
  addAll(Kind.Repeated, 1, repeated)
  for (const [unit, words] of Object.entries(vocabulary.units))
    addAll(Kind.Unit, Unit[unit as keyof typeof Unit], words)
  for (const [offset, words] of Object.entries(vocabulary.days)) addAll(Kind.Day, Number(offset) + DAY_OFFSET, words)
  addAll(Kind.PartOfDay, 1, vocabulary.partsOfDay)
  for (const [amount, words] of Object.entries(vocabulary.numbers)) addAll(Kind.Number, Number(amount), words)
  addInOrder(Kind.WeakWeekday, weakWeekdays)
  addInOrder(Kind.WeakMonth, weakMonths)
  addAll(Kind.Clock, 1, vocabulary.clock ?? '')
  addAll(Kind.To, 1, vocabulary.to)
  addAll(Kind.After, 1, vocabulary.after)
  addAll(Kind.Denial, 1, vocabulary.denials)
  addAll(Kind.Auxiliary, 1, perfect?.auxiliaries ?? '')
  addAll(Kind.Participle, 1, perfect?.participles ?? '')
  for (const [name, words] of Object.entries(vocabulary.roles)) {
    for (const word of listOf(words)) codes.set(word, (codes.get(word) ?? 0) | Role[name as keyof typeof Role])
  }
}

/** @param words the n-th has the value n */
function addInOrder(kind: number, words: string): void {
  for (const [index, forms] of words.trim().split(/\s+/).entries()) addAll(kind, index + 1, forms.replaceAll('|', ' '))
}

/** Languages share spellings ("mai", "a"): the first kind of a spelling counts. */
function addAll(kind: number, value: number, words: string): void {
  for (const word of listOf(words)) {
    const code = codes.get(word) ?? 0
    if (kindOf(code) === Kind.None) codes.set(word, code | kind | (value << 4))
  }
}

function listOf(words: string): string[] {
  return words
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '-')
    .map(foldHead)
}

const PAST_ENDINGS = VOCABULARIES.flatMap(({ past }) =>
  past === undefined ? [] : [{ endings: past.endings, except: new Set(listOf(past.except)) }],
)

const lexicon = createLexicon(codes)
const ELISION = /^(?:[dl]|jusqu)'/

/** The code of a spelling. */
export const codeOf = perSpelling((text, spelling) => {
  if (isDigit(text.charCodeAt(0))) return numberCode(text)
  const known = lexicon.get(spelling) ?? (text.includes("'") ? codes.get(text.replace(ELISION, '')) : undefined)
  if (known !== undefined) return known
  return PAST_ENDINGS.some(({ endings, except }) => endings.test(text) && !except.has(text)) ? Role.Past : 0
})

const ORDINAL_ENDING = /^\d{1,2}(?:st|nd|rd|th|er|o|a|го|е|и|ое|ого)$/
const CLOCK = /^\d{1,2}(?:am|pm|h|uhr|ч|hs|hrs|h\d\d)$/

function numberCode(text: string): number {
  if (text.length > 8) return 0
  for (let i = 1; i < text.length; i++) {
    if (isDigit(text.charCodeAt(i))) continue
    if (ORDINAL_ENDING.test(text)) return Kind.Number | (ORDINAL << 4)
    return CLOCK.test(text) ? Kind.PartOfDay | (1 << 4) : 0
  }
  return text.length > 4 ? 0 : Kind.Number | (DIGITS << 4)
}

export function kindOf(code: number): number {
  return code & 15
}

export function amountOf(code: number): number {
  return (code >> 4) & 63
}
