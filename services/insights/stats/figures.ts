import type { Intent, Priority } from '../../../domain/vocabulary.ts'
import { FIRST_LATENCY, INTENTS, KEYS, latencyOfKey, Measure, PRIORITIES, verdictKey } from './measures.ts'

/** How often each key of measures.ts was counted. */
export type Counts = Float64Array

export function noCounts(): Counts {
  return new Float64Array(KEYS)
}

/** See StatsFigures in proto/leadtriage/insights/v1/stats.proto. */
export interface Figures {
  readonly arrivals: number
  readonly triaged: number
  readonly pending: number
  readonly deadLettered: number
  readonly duplicates: number
  readonly intents: Readonly<Record<Intent, number>>
  readonly priorities: Readonly<Record<Priority, number>>
  readonly spamShare: number | undefined
  readonly corrected: number
  readonly disagreements: number
  readonly agreement: number | undefined
  readonly latency: Latency | undefined
}

/** In whole milliseconds. */
interface Latency {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export function toFigures(counts: Counts): Figures {
  const count = (key: number) => counts[key] ?? 0
  const intents = tally(INTENTS, (intent) => sumOf(PRIORITIES.map((priority) => count(verdictKey(intent, priority)))))
  const priorities = tally(PRIORITIES, (priority) =>
    sumOf(INTENTS.map((intent) => count(verdictKey(intent, priority)))),
  )
  const triaged = sumOf(Object.values(intents))
  const [pending, deadLettered] = [count(Measure.Pending), count(Measure.DeadLettered)]
  const [corrected, disagreements] = [count(Measure.Corrected), count(Measure.Disagreement)]
  return {
    arrivals: triaged + pending + deadLettered,
    triaged,
    pending,
    deadLettered,
    duplicates: count(Measure.Duplicate),
    intents,
    priorities,
    spamShare: shareOf(intents.spam, triaged),
    corrected,
    disagreements,
    agreement: shareOf(corrected - disagreements, corrected),
    latency: latencyOf(counts),
  }
}

/** Adds counts to a sum. */
export function addCounts(sum: Counts, counts: Counts): void {
  for (let key = 0; key < KEYS; key++) sum[key] = (sum[key] ?? 0) + (counts[key] ?? 0)
}

/** Without an object for each key: there are thousands of figures with hundreds of keys. */
function latencyOf(counts: Counts): Latency | undefined {
  const latencies = counts.subarray(FIRST_LATENCY)
  const total = latencies.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  /** Nearest rank: the smallest latency that at least this share of all does not exceed. */
  const percentile = (percent: number): number => {
    let left = Math.ceil((total * percent) / 100)
    const bucket = latencies.findIndex((count) => {
      left -= count
      return left <= 0
    })
    return Math.round(latencyOfKey(FIRST_LATENCY + bucket))
  }
  return { p50: percentile(50), p95: percentile(95), p99: percentile(99) }
}

function tally<K extends string>(keys: readonly K[], count: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, count(key)])) as Record<K, number>
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

function shareOf(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}
