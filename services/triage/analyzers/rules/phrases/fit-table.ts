import type { Word } from '../reading/note-words.ts'
import { MAX_SPELLINGS, onForget, type Spelling } from '../reading/spelling.ts'
import type { Fit } from './automaton.ts'
import { GAP_WORDS } from './phrase.ts'
import { addBitOf, PLACE_INTEGERS, shareBit } from './place-bits.ts'
import { AFTER_GAP, NEXT, OTHER, ROW, writeEdges } from './state-rows.ts'

/**
 * What is needed of the fits of all words of a note, as a row of integers for each spelling. Six of ten words begin
 * phrases, but few of those go on with the words that follow, which the table tells without looking at any object.
 */
export interface FitTable {
  /** By spelling times {@link ROW}: the edges after a phrase began with the word. */
  readonly rows: Int32Array
  /** Must come before the other functions. */
  read(spelling: Spelling): void
  /** The number of the fit. */
  idOf(spelling: Spelling): number
  /** False when a word fits no place of edges, which are at this element of a table. */
  mayFit(spelling: Spelling, table: Int32Array, edges: number): boolean
  /** False when no phrase begins at a word and goes on with the words after it. */
  canBegin(words: readonly Word[], first: number): boolean
  /** Whether the word is a phrase. */
  isPhrase(spelling: Spelling): boolean
}

/** The places that the word fits, as bits; the number of the fit, or 0 before it is read; and what begins with the word. */
const [OWN, ID, BEGINS] = [OTHER, OTHER + PLACE_INTEGERS, OTHER + PLACE_INTEGERS + 1]
const [NOTHING, PHRASES, WHOLE_PHRASE] = [0, 1, 2]

export function createFitTable(fitOf: (spelling: Spelling) => Fit<unknown>): FitTable {
  const rows = new Int32Array(MAX_SPELLINGS * ROW)
  onForget((first, end) => rows.fill(0, first * ROW, end * ROW))

  function read(spelling: Spelling): void {
    const at = spelling * ROW
    if (rows[at + ID] === 0) readFit(at, fitOf(spelling))
  }

  function readFit(at: number, { id, start, places }: Fit<unknown>): void {
    if (start !== undefined) writeEdges(rows, at, start)
    for (let i = 0; i < places.length; i++) addBitOf(rows, at + OWN, places[i] as number)
    rows[at + ID] = id
    rows[at + BEGINS] = start === undefined ? NOTHING : start.evidence.length > 0 ? WHOLE_PHRASE : PHRASES
  }

  function mayFit(spelling: Spelling, table: Int32Array, edges: number): boolean {
    return shareBit(rows, spelling * ROW + OWN, table, edges + 1)
  }

  function canBegin(words: readonly Word[], first: number): boolean {
    const { spelling, sentence } = words[first] as Word
    const at = spelling * ROW
    const begins = rows[at + BEGINS] as number
    if (begins !== PHRASES) return begins === WHOLE_PHRASE
    const hasGap = rows[at + AFTER_GAP] !== 0
    const last = Math.min(words.length - 1, first + (hasGap ? 1 + GAP_WORDS : 1))
    for (let i = first + 1; i <= last; i++) {
      const word = words[i] as Word
      if (word.sentence !== sentence) return false
      if (i === first + 1 && mayFit(word.spelling, rows, at + NEXT)) return true
      if (hasGap && mayFit(word.spelling, rows, at + AFTER_GAP)) return true
    }
    return false
  }

  return {
    rows,
    read,
    idOf: (spelling) => rows[spelling * ROW + ID] as number,
    mayFit,
    canBegin,
    isPhrase: (spelling) => rows[spelling * ROW + BEGINS] === WHOLE_PHRASE,
  }
}
