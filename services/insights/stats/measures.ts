import { Intent, Priority } from '../../../domain/vocabulary.ts'
import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'

/*
 * What statistics count, as numbers: a roll-up is a list of such keys with their counts, and two roll-ups are merged by
 * adding the counts of equal keys.
 *
 *   0 to 19    leads with an insight, by intent and priority
 *   20 to 24   see Measure
 *   25 to 344  leads with an insight, by latency
 */

/** Every key is smaller. */
export const KEYS = 345

export const INTENTS = Object.values(Intent)
export const PRIORITIES = Object.values(Priority)
const VERDICTS = INTENTS.length * PRIORITIES.length

export const Measure = {
  /** Insights that a person corrected or confirmed. */
  Corrected: 20,
  /** Those of them whose intent or priority differs from the analyzer's. */
  Disagreement: 21,
  Duplicate: 22,
  Pending: 23,
  DeadLettered: 24,
} as const
export type Measure = (typeof Measure)[keyof typeof Measure]

/** Window of duplicates: an earlier lead with the same note was received at most this long before. */
export const DUPLICATE_WINDOW_MS = 3_600_000

/**
 * Latencies are counted in buckets whose edges grow by 2^(1/8), from 1 ms. The value of a bucket is the geometric mean
 * of its edges, so it differs from every latency in it by a factor of at most 2^(1/16): 4.4 %. The last bucket also has
 * everything above 32 years.
 */
const BUCKETS_PER_DOUBLING = 8
/** Keys of latencies are not smaller. */
export const FIRST_LATENCY = 25

export function verdictKey(intent: Intent, priority: Priority): number {
  return INTENTS.indexOf(intent) * PRIORITIES.length + PRIORITIES.indexOf(priority)
}

/** The latency, in milliseconds, that the key of a latency stands for. */
export function latencyOfKey(key: number): number {
  return 2 ** ((key - FIRST_LATENCY + 0.5) / BUCKETS_PER_DOUBLING)
}

/** The key of a latency, as {@link latencyKeySql} computes it. */
export function latencyKey(latencyMs: number): number {
  return Math.min(FIRST_LATENCY + Math.floor(Math.log2(Math.max(latencyMs, 1)) * BUCKETS_PER_DOUBLING), KEYS - 1)
}

/** Whether a key counts each lead once, so that the sum over these keys is the number of leads. */
export function countsLeads(key: number): boolean {
  return key < VERDICTS || key === Measure.Pending || key === Measure.DeadLettered
}

/** The key of the verdict that counts, over columns of insights. */
export function verdictKeySql(sql: Sql): SqlFragment {
  return sql`((array_position(${INTENTS}::text[], effective_intent) - 1) * ${PRIORITIES.length}
             + array_position(${PRIORITIES}::text[], effective_priority) - 1)`
}

/** The key of the time from the commit of the lead to that of its first insight, over columns of insights. */
export function latencyKeySql(sql: Sql): SqlFragment {
  return sql`least(${FIRST_LATENCY} + floor(
    ln(greatest(date_part('epoch', created_at - received_at) * 1000, 1)) * (${BUCKETS_PER_DOUBLING} / ln(2::float8))
  ), ${KEYS - 1})::int`
}
