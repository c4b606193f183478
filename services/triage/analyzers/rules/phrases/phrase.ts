import { foldHead } from '../reading/folding.ts'

/** What a place of a phrase matches: a number, one of several words, or a word with one of several prefixes. */
export interface Place {
  readonly number: boolean
  readonly words: ReadonlySet<string>
  readonly prefixes: readonly string[]
}

/** A place of a phrase, and whether up to {@link GAP_WORDS} other words may precede it. */
interface Step {
  readonly place: Place
  readonly isAfterGap: boolean
}

export type Phrase = readonly Step[]

/** Maximum number of words that `..` matches. */
export const GAP_WORDS = 3

/** Parses the notation documented at {@link Evidence}. @throws Error for an invalid phrase */
export function parsePhrases(notation: string): Phrase[] {
  return notation
    .split(';')
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')
    .map(parsePhrase)
}

function parsePhrase(phrase: string): Phrase {
  const steps: Step[] = []
  let isAfterGap = false
  for (const part of phrase.split(/\s+/)) {
    if (part === '..') {
      isAfterGap = true
      continue
    }
    steps.push({ place: placeOf(part), isAfterGap })
    isAfterGap = false
  }
  const head = steps[0]
  if (head === undefined || head.isAfterGap) throw new Error(`a phrase must begin with a word: "${phrase}"`)
  return steps
}

const places = new Map<string, Place>()

/** Returns the same place for the same notation, to reduce the number of places. */
function placeOf(notation: string): Place {
  let place = places.get(notation)
  if (place === undefined) {
    place = parsePlace(notation)
    places.set(notation, place)
  }
  return place
}

function parsePlace(notation: string): Place {
  const spellings = notation.split('|')
  if (spellings.some((spelling) => spelling === '' || spelling === '*')) throw new Error(`an empty word: "${notation}"`)
  return {
    number: spellings.includes('#'),
    words: new Set(spellings.filter((spelling) => spelling !== '#' && !spelling.endsWith('*')).map(foldHead)),
    prefixes: spellings.filter((spelling) => spelling.endsWith('*')).map((spelling) => foldHead(spelling.slice(0, -1))),
  }
}
