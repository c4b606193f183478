import type { Edges, State } from './phrase-tree.ts'
import { PLACE_INTEGERS } from './place-bits.ts'

/** The length of a row of integers about a state or a word: one cache line. */
export const ROW = 16
/** The id of the edges to the states after it, or 0; then the places that lead on, as bits. */
export const NEXT = 0
/** The same after a gap. */
export const AFTER_GAP = NEXT + 1 + PLACE_INTEGERS
/** The first element that is free for other uses. */
export const OTHER = AFTER_GAP + 1 + PLACE_INTEGERS

/** What is needed of each state, by its number times {@link ROW}. */
export type StateRows = Int32Array

/** The number of the place that leads to the state, and whether a phrase ends there. */
export const [PLACE, HAS_EVIDENCE] = [OTHER, OTHER + 1]

export function createStateRows(states: readonly State<unknown>[]): StateRows {
  const rows = new Int32Array(states.length * ROW)
  for (const [number, state] of states.entries()) {
    const at = number * ROW
    writeEdges(rows, at, state)
    rows[at + PLACE] = state.place
    rows[at + HAS_EVIDENCE] = state.evidence.length > 0 ? 1 : 0
  }
  return rows
}

/** @param at start of the row, which is filled with 0 */
export function writeEdges(rows: Int32Array, at: number, { next, afterGap }: State<unknown>): void {
  if (next !== undefined) write(rows, at + NEXT, next)
  if (afterGap !== undefined) write(rows, at + AFTER_GAP, afterGap)
}

function write(rows: Int32Array, at: number, { id, places }: Edges<unknown>): void {
  rows[at] = id
  for (let i = 0; i < PLACE_INTEGERS; i++) rows[at + 1 + i] = places[i] as number
}
