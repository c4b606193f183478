import { Priority } from '../../../domain/vocabulary.ts'

export const Order = {
  /** P0 first, within a priority oldest first; leads without an insight come last. */
  Urgency: 'urgency',
  Newest: 'newest',
  Oldest: 'oldest',
} as const
export type Order = (typeof Order)[keyof typeof Order]

/** Sorts after every priority. */
export const NO_INSIGHT = 'none'
/** The rank of every lead in an order by time. */
export const SAME_RANK = ''
/** Comes first in the order by urgency; the same for all leads in an order by time. */
export type Rank = Priority | typeof NO_INSIGHT | typeof SAME_RANK

/** The place of a lead in an order. Positions before the first lead have the nil UUID. */
export interface Position {
  readonly rank: Rank
  readonly receivedAt: Date
  readonly leadId: string
}

export const NIL_ID = '00000000-0000-0000-0000-000000000000'

/** Compares like PostgreSQL: negative if `a` comes first. */
export function comparePositions(order: Order, a: Position, b: Position): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1
  const direction = order === Order.Newest ? -1 : 1
  const milliseconds = a.receivedAt.getTime() - b.receivedAt.getTime()
  if (milliseconds !== 0) return direction * milliseconds
  if (a.leadId === b.leadId) return 0
  return a.leadId < b.leadId ? -direction : direction
}

/** The ranks that leads with an insight can have, in order. */
export function insightRanks(order: Order, priorities: readonly Priority[]): Rank[] {
  if (order !== Order.Urgency) return [SAME_RANK]
  return Object.values(Priority).filter((priority) => priorities.length === 0 || priorities.includes(priority))
}

/** The rank of leads without an insight. */
export function waitingRank(order: Order): Rank {
  return order === Order.Urgency ? NO_INSIGHT : SAME_RANK
}

/** A part of a source in order: every lead of the source after the start and up to `through`. */
export interface Slice {
  readonly positions: readonly Position[]
  /** Undefined when nothing follows. */
  readonly through: Position | undefined
}

/**
 * Merges slices that begin at the same position, and have different leads, into a page.
 *
 * @returns at most `size` positions; `next` is where the next page starts, undefined if nothing follows. A page may have
 *   fewer positions and still have a next one.
 */
export function mergeSlices(
  order: Order,
  slices: readonly Slice[],
  size: number,
): { positions: Position[]; next: Position | undefined } {
  const compare = (a: Position, b: Position) => comparePositions(order, a, b)
  const ends = slices.flatMap(({ through }) => (through === undefined ? [] : [through])).sort(compare)
  const [end] = ends
  const all = slices
    .flatMap(({ positions }) => positions)
    .filter((position) => end === undefined || compare(position, end) <= 0)
    .sort(compare)
  const positions = all.slice(0, size)
  return { positions, next: all.length > size ? positions.at(-1) : end }
}
