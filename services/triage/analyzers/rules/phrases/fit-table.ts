import type { Word } from '../reading/note-words.ts'
import { MAX_SPELLINGS, onForget, type Spelling } from '../reading/spelling.ts'
import type { Edges, Fit } from './automaton.ts'
import { GAP_WORDS } from './phrase.ts'
import { addBitOf } from './place-bits.ts'

/**
 * What is needed of the fits of all words of a note, as eight integers for each spelling. Six of ten words begin
 * phrases, but few of those go on with the words that follow, which the table tells without looking at any object.
 */
export interface FitTable {
  /** Must come before the other functions. */
  read(spelling: Spelling): void
  /** The number of the fit. */
  idOf(spelling: Spelling): number
  /** False when a word fits no place of the edges. */
  mayFit(spelling: Spelling, edges: Pick<Edges<unknown>, 'low' | 'high'>): boolean
  /** False when no phrase begins at a word and goes on with the words after it. */
  canBegin(words: readonly Word[], first: number): boolean
}

const ROW = 8
/** The elements of a row: the places that the word fits, those that can follow it, and those that can after a gap, as bits. */
const [LOW, HIGH, NEXT_LOW, NEXT_HIGH, GAP_LOW, GAP_HIGH] = [0, 1, 2, 3, 4, 5]
/** The number of the fit, or 0 before it is read; and what begins with the word. */
const [ID, BEGINS] = [6, 7]
const [NOTHING, PHRASES, WHOLE_PHRASE] = [0, 1, 2]

export function createFitTable(fitOf: (spelling: Spelling) => Fit<unknown>): FitTable {
  const table = new Int32Array(MAX_SPELLINGS * ROW)
  onForget((first, end) => table.fill(0, first * ROW, end * ROW))

  function read(spelling: Spelling): void {
    const at = spelling * ROW
    if (table[at + ID] === 0) readFit(at, fitOf(spelling))
  }

  function readFit(at: number, { id, start, places }: Fit<unknown>): void {
    const own = { low: 0, high: 0 }
    for (const place of places) addBitOf(own, place)
    const { next = NO_BITS, afterGap = NO_BITS } = start ?? {}
    table[at + LOW] = own.low
    table[at + HIGH] = own.high
    table[at + NEXT_LOW] = next.low
    table[at + NEXT_HIGH] = next.high
    table[at + GAP_LOW] = afterGap.low
    table[at + GAP_HIGH] = afterGap.high
    table[at + ID] = id
    table[at + BEGINS] = start === undefined ? NOTHING : start.evidence.length > 0 ? WHOLE_PHRASE : PHRASES
  }

  function canBegin(words: readonly Word[], first: number): boolean {
    const { spelling, sentence } = words[first] as Word
    const at = spelling * ROW
    const begins = table[at + BEGINS] as number
    if (begins !== PHRASES) return begins === WHOLE_PHRASE
    const gapLow = table[at + GAP_LOW] as number
    const gapHigh = table[at + GAP_HIGH] as number
    let low = gapLow | (table[at + NEXT_LOW] as number)
    let high = gapHigh | (table[at + NEXT_HIGH] as number)
    const reach = (gapLow | gapHigh) === 0 ? 1 : 1 + GAP_WORDS
    const last = Math.min(words.length - 1, first + reach)
    for (let i = first + 1; i <= last; i++) {
      const next = words[i] as Word
      if (next.sentence !== sentence) return false
      const of = next.spelling * ROW
      if ((((table[of + LOW] as number) & low) | ((table[of + HIGH] as number) & high)) !== 0) return true
      low = gapLow
      high = gapHigh
    }
    return false
  }

  return {
    read,
    idOf: (spelling) => table[spelling * ROW + ID] as number,
    mayFit: (spelling, { low, high }) => {
      const at = spelling * ROW
      return (((table[at + LOW] as number) & low) | ((table[at + HIGH] as number) & high)) !== 0
    },
    canBegin,
  }
}

const NO_BITS = { low: 0, high: 0 }
