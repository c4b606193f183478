import { z } from 'zod'
import { timeSchema } from '../../contract/time.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { oneOf, requestObject } from '../../lib/errors/request-schema.ts'
import type { StatsCell } from './stats/add-up.ts'
import type { Figures } from './stats/figures.ts'
import { addCounts, noCounts, toFigures } from './stats/figures.ts'
import { Interval, isTimeZone, wholePeriod } from './stats/period.ts'
import { Dimension, OTHER, periodOf, valueOfLabel } from './stats/stats-query.ts'
import type { StatsStore } from './stats/stats-store.ts'

const MAX_VALUES = 20
const values = z
  .array(
    z
      .string({ error: 'must be a string' })
      .max(200, { error: 'must be at most 200 characters' })
      .refine((text) => text.isWellFormed() && !text.includes('\u0000'), {
        error: 'must be valid Unicode, without the null character U+0000',
      }),
    { error: 'must be a list' },
  )
  .max(MAX_VALUES, { error: `must have at most ${MAX_VALUES} values` })
  .default([])

const requestSchema = requestObject({
  from: timeSchema.optional(),
  to: timeSchema.optional(),
  interval: oneOf(Interval).default(Interval.Day),
  time_zone: z
    .string({ error: 'must be a string' })
    .refine(isTimeZone, { error: 'must be the IANA name of a time zone, such as Europe/Berlin' })
    .default('UTC'),
  sources: values,
  clients: values,
  languages: values,
  breakdown: oneOf(Dimension).optional(),
})

export interface IntervalFigures {
  readonly start: Date
  readonly end: Date
  readonly figures: Figures
}

export interface StatsGroup {
  /** Undefined for leads without the property, and if `other` is true. */
  readonly value: string | undefined
  /** Whether these are the leads of all values that have no group of their own. */
  readonly other: boolean
  readonly total: Figures
  readonly intervals: readonly IntervalFigures[]
}

/** See GetStatsResponse in proto/leadtriage/insights/v1/stats.proto. */
export interface Stats {
  readonly from: Date
  readonly to: Date
  readonly asOf: Date
  readonly unattributed: number
  readonly total: Figures
  readonly intervals: readonly IntervalFigures[]
  readonly groups: readonly StatsGroup[]
}

/**
 * Counts the leads of a period per interval, and per value of a property.
 *
 * @param input from, to, interval, time_zone, sources, clients, languages and breakdown, not validated yet
 * @throws AppError `invalid_request`, `unavailable`
 */
export async function getStats(store: StatsStore, input: unknown): Promise<Stats> {
  const { from, to, interval, time_zone: timeZone, ...filter } = parseRequest(requestSchema, input)
  const now = await store.now()
  const { edges } = wholePeriod({ from, to, interval, timeZone }, now, filter.breakdown !== undefined)
  const query = { ...filter, edges }
  const { cells, unattributed, asOf } = await store.count(query)
  const groups = filter.breakdown === undefined ? [] : groupsOf(cells, edges)
  return { ...periodOf(query), asOf, unattributed, ...sumUp(cells, edges), groups }
}

function sumUp(cells: readonly StatsCell[], edges: readonly Date[]): Pick<Stats, 'total' | 'intervals'> {
  const total = noCounts()
  const byInterval = edges.slice(1).map(noCounts)
  for (const { interval, counts } of cells) {
    addCounts(total, counts)
    const sum = byInterval[interval]
    if (sum !== undefined) addCounts(sum, counts)
  }
  return {
    total: toFigures(total),
    intervals: byInterval.map((counts, index) => ({
      start: edgeAt(edges, index),
      end: edgeAt(edges, index + 1),
      figures: toFigures(counts),
    })),
  }
}

function edgeAt(edges: readonly Date[], index: number): Date {
  const edge = edges[index]
  if (edge === undefined) throw new RangeError(`no edge ${index}`)
  return edge
}

/** The largest group first, {@link OTHER} last. */
function groupsOf(cells: readonly StatsCell[], edges: readonly Date[]): StatsGroup[] {
  const groups = [...Map.groupBy(cells, ({ label }) => label)].map(([label, own]) => ({
    value: valueOfLabel(label),
    other: label === OTHER,
    ...sumUp(own, edges),
  }))
  return groups.sort((a, b) => Number(a.other) - Number(b.other) || b.total.arrivals - a.total.arrivals)
}
