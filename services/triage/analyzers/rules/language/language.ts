import { foldHead } from '../reading/folding.ts'
import { withCode } from '../reading/hash.ts'
import { createLexicon, createTextFilter } from '../reading/lexicon.ts'
import type { Word } from '../reading/note-words.ts'
import { isDigit, isForeign, perSpelling } from '../reading/spelling.ts'
import { KNOWN_LANGUAGE_WORDS, LANGUAGE_ENDINGS, OTHER_LANGUAGE_WORDS } from './language-words.ts'

/** Languages by their bit in a mask; those that the model has learned come first. */
const LANGUAGES = [...Object.keys(KNOWN_LANGUAGE_WORDS), ...Object.keys(OTHER_LANGUAGE_WORDS)]
const LEARNED = Object.keys(KNOWN_LANGUAGE_WORDS).length

/** Further bits of the mask of a word, see {@link isForeign}. */
const [LATIN, CYRILLIC, FOREIGN] = [1 << 29, 1 << 30, 1 << 31]
const LANGUAGE_BITS = LATIN - 1

/** What a word counts for each of its languages, by their number. */
const WEIGHTS = Int32Array.from({ length: LANGUAGES.length + 1 }, (_, languages) => [0, 12, 6, 4, 3][languages] ?? 1)
const FOREIGN_WEIGHT = 12
/** In Russian such letters do not even occur in names. */
const FOREIGN_CYRILLIC_WEIGHT = 24

/** A longer note in Latin letters has at least this weight per word, or its language is not one of the lists. */
const MIN_WEIGHT_PER_WORD = 1
const LONGER_NOTE_WORDS = 4

/** Maximum number of words to look at; more do not improve the result. */
const SAMPLE_WORDS = 60

/** Scripts that are nearly specific to one language. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/[\u3040-\u30ff]/, 'ja'],
  [/[\u1100-\u11ff]/, 'ko'], // folding decomposes syllables into these letters
  [/[\u4e00-\u9fff]/, 'zh'],
  [/[\u0370-\u03ff]/, 'el'],
  [/[\u0590-\u05ff]/, 'he'],
  [/[\u0600-\u06ff]/, 'ar'],
  [/[\u0e00-\u0e7f]/, 'th'],
]

/** The weight of each language in the note being read. */
const weights = new Int32Array(LANGUAGES.length)

/**
 * Detects the language of a note by script, frequent words, endings and letters: an ISO 639-1 code, or `und` when
 * undetermined. The majority of words determines the script, so an English note with one Greek word is English. What
 * matters is that notes in other languages than the learned ones are recognized as such, and that others are not.
 */
export function detectLanguage(words: readonly Word[]): string {
  weights.fill(0)
  let [latin, cyrillic, foreign] = [0, 0, 0]
  const size = Math.min(words.length, SAMPLE_WORDS)
  for (let i = 0; i < size; i++) {
    const mask = maskOf((words[i] as Word).spelling)
    if ((mask & LATIN) !== 0) latin++
    if ((mask & CYRILLIC) !== 0) cyrillic++
    if ((mask & FOREIGN) !== 0) foreign++
    addWeight(mask & LANGUAGE_BITS)
  }
  if (cyrillic > 0 && cyrillic * 2 >= latin) return heaviest(IN_CYRILLIC, foreign * FOREIGN_CYRILLIC_WEIGHT, 0, 'ru')
  const least = latin < LONGER_NOTE_WORDS ? 0 : latin * MIN_WEIGHT_PER_WORD
  if (latin > 0) return heaviest(IN_LATIN, foreign * FOREIGN_WEIGHT, least, 'und')
  for (const [script, language] of SCRIPTS) if (words.some((word) => script.test(word.text))) return language
  return 'und'
}

function addWeight(languages: number): void {
  const weight = WEIGHTS[bitsIn(languages)] as number
  for (let rest = languages; rest !== 0; rest &= rest - 1) {
    const language = 31 - Math.clz32(rest & -rest)
    weights[language] = (weights[language] as number) + weight
  }
}

function bitsIn(mask: number): number {
  let bits = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++
  return bits
}

/**
 * @param candidates the languages of the script, as bits
 * @param foreign weight of words with letters of other languages
 * @param least weight that a learned language must have
 * @param usual result when no word tells
 */
function heaviest(candidates: number, foreign: number, least: number, usual: string): string {
  const learned = heaviestOf(candidates, 0, LEARNED)
  const other = heaviestOf(candidates, LEARNED, LANGUAGES.length)
  const weight = learned < 0 ? 0 : (weights[learned] as number)
  const otherWeight = other < 0 ? 0 : (weights[other] as number)
  if (otherWeight + foreign > weight) return LANGUAGES[other] ?? 'und'
  if (weight === 0) return usual
  return weight < least ? 'und' : (LANGUAGES[learned] as string)
}

/** The candidate with the most weight, or -1 when none has weight. */
function heaviestOf(candidates: number, from: number, to: number): number {
  let [best, most] = [-1, 0]
  for (let i = from; i < to; i++) {
    const weight = weights[i] as number
    if (weight > most && (candidates & (1 << i)) !== 0) [best, most] = [i, weight]
  }
  return best
}

function maskOfLanguages(languages: string): number {
  return languages.split(' ').reduce((mask, language) => mask | (1 << LANGUAGES.indexOf(language)), 0)
}

const IN_CYRILLIC = maskOfLanguages('ru uk be bg mk sr')
const IN_LATIN = LANGUAGE_BITS & ~maskOfLanguages('uk be bg mk')

const MASK_OF_WORD = new Map<string, number>()
for (const [language, words] of Object.entries({ ...KNOWN_LANGUAGE_WORDS, ...OTHER_LANGUAGE_WORDS })) {
  for (const word of words.split(/\s+/)) {
    const text = foldHead(word)
    MASK_OF_WORD.set(text, (MASK_OF_WORD.get(text) ?? 0) | maskOfLanguages(language))
  }
}

const wordMasks = createLexicon(MASK_OF_WORD)

const MASK_OF_ENDING = new Map<string, number>()
for (const [languages, endings] of LANGUAGE_ENDINGS) {
  for (const ending of endings.split(' ')) MASK_OF_ENDING.set(ending, maskOfLanguages(languages))
}
const mayBeEnding = createTextFilter([...MASK_OF_ENDING.keys()].map((ending) => hashOfEnding(ending)))
const MAX_ENDING = Math.max(...[...MASK_OF_ENDING.keys()].map(({ length }) => length))
/** An ending has at least two letters before it. */
const MIN_STEM = 2
const [RUSSIAN_OR_BELARUSIAN, BULGARIAN] = ['ru be', 'bg'].map(maskOfLanguages) as [number, number]

/** The languages of a word, as bits, and {@link LATIN}, {@link CYRILLIC} or {@link FOREIGN}. */
const maskOf = perSpelling((text, spelling) => {
  return scriptOf(text) | (isForeign(spelling) ? FOREIGN : 0) | (wordMasks.get(spelling) ?? guessedMaskOf(text))
})

function scriptOf(text: string): number {
  let script = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x400 && code <= 0x4ff) return CYRILLIC
    if (code >= 97 && code <= 122) script = LATIN
  }
  return script
}

/** The languages of a word in no list, by its letters and its ending. */
function guessedMaskOf(text: string): number {
  if (isDigit(text.charCodeAt(0))) return 0
  if (text.charCodeAt(0) > 0x7f) {
    if (/ъ(?:[^еюя]|$)/.test(text)) return BULGARIAN
    if (/[ыэ]/.test(text)) return RUSSIAN_OR_BELARUSIAN
  }
  return maskOfLongestEnding(text)
}

function maskOfLongestEnding(text: string): number {
  let mask = 0
  let hash = 0
  for (let length = 1; length <= MAX_ENDING && length + MIN_STEM <= text.length; length++) {
    hash = withCode(hash, text.charCodeAt(text.length - length))
    if (mayBeEnding(hash)) mask = MASK_OF_ENDING.get(text.slice(-length)) ?? mask
  }
  return mask
}

/** The hash of the letters from right to left. */
function hashOfEnding(ending: string): number {
  let hash = 0
  for (let i = ending.length - 1; i >= 0; i--) hash = withCode(hash, ending.charCodeAt(i))
  return hash
}
