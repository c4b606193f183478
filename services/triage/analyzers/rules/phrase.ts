import { foldHead, type Word } from './note-words.ts'
import { isNumber } from './quantity.ts'

/** One place of a phrase: a number, one of some words, or a word that begins in one of some ways. */
export interface Place {
  readonly number: boolean
  readonly words: ReadonlySet<string>
  readonly beginnings: readonly string[]
  /** This many other words may stand before it. */
  readonly gap: number
}

export type Phrase = readonly Place[]

/** Phrases are indexed by this many letters of their first word. */
export const INDEXED_LETTERS = 3

/** How many words `..` may stand for. */
const GAP_WORDS = 3

/** Reads the notation described at `Evidence.phrases`. Throws on a phrase it cannot read: vocabulary is code. */
export function parsePhrases(notation: string): Phrase[] {
  return notation
    .split(';')
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')
    .map(parsePhrase)
}

function parsePhrase(phrase: string): Phrase {
  const places: Place[] = []
  let gap = 0
  for (const part of phrase.split(/\s+/)) {
    if (part === '..') {
      gap = GAP_WORDS
      continue
    }
    places.push(parsePlace(part, gap))
    gap = 0
  }
  const head = places[0]
  if (head === undefined || head.gap !== 0) throw new Error(`a phrase must begin with a word: "${phrase}"`)
  // The index of `match.ts` looks phrases up by three letters of their first word.
  const short = head.beginnings.some((beginning) => beginning.length < INDEXED_LETTERS)
  if (short) throw new Error(`the first word's beginning is too short: "${phrase}"`)
  return places
}

function parsePlace(notation: string, gap: number): Place {
  if (notation === '#') return { number: true, words: new Set(), beginnings: [], gap }
  const spellings = notation.split('|')
  if (spellings.some((spelling) => spelling === '' || spelling === '*')) throw new Error(`an empty word: "${notation}"`)
  return {
    number: false,
    words: new Set(spellings.filter((spelling) => !spelling.endsWith('*')).map(foldHead)),
    beginnings: spellings
      .filter((spelling) => spelling.endsWith('*'))
      .map((spelling) => foldHead(spelling.slice(0, -1))),
    gap,
  }
}

/**
 * The index of the last word of `phrase` when it stands at `words[first]`, which fits its first place; else -1. A gap
 * takes the nearest fitting word and never tries another, so the work is bounded by the phrase's length.
 */
export function endOfPhrase(phrase: Phrase, words: readonly Word[], first: number): number {
  const sentence = words[first]?.sentence
  let at = first
  for (let i = 1; i < phrase.length; i++) {
    at = findPlace(phrase[i] as Place, words, at + 1, sentence)
    if (at < 0) return -1
  }
  return at
}

function findPlace(place: Place, words: readonly Word[], from: number, sentence: number | undefined): number {
  for (let i = from; i <= from + place.gap; i++) {
    const word = words[i]
    if (word === undefined || word.sentence !== sentence) return -1
    if (fits(place, word.text)) return i
  }
  return -1
}

/** Whether a word may stand at a place. */
export function fits(place: Place, text: string): boolean {
  if (place.number) return isNumber(text)
  if (place.words.has(text)) return true
  for (const beginning of place.beginnings) if (text.startsWith(beginning)) return true
  return false
}
