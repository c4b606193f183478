import { setTimeout as sleep } from 'node:timers/promises'
import { Operation } from '../load/job.ts'
import type { LatencySummary } from '../load/latency.ts'
import { startGenerator } from '../load/start-generator.ts'
import type { Product } from '../stack/product.ts'
import type { Span } from './throughput.ts'

/** Latencies at a fixed rate of arrivals, from the time at which each request was due. */
export interface LatencyAtRate {
  readonly ratePerSecond: number
  /** Request to answer. */
  readonly answer: LatencySummary
  /** Request to stored insight. */
  readonly insight: LatencySummary
  readonly failures: number
  readonly firstFailure: string | undefined
}

const CONNECTIONS = 256

export async function measureLatency(
  product: Product,
  ratePerSecond: number,
  { warmUpSeconds, seconds }: Span,
  signal: AbortSignal,
): Promise<LatencyAtRate> {
  const load = await startGenerator({
    operation: Operation.Rest,
    url: product.url,
    concurrency: CONNECTIONS,
    ratePerSecond,
    insightEvents: product.insightEvents,
  })
  try {
    await load.begin()
    await sleep(warmUpSeconds * 1_000, undefined, { signal })
    await load.end()
    await load.begin()
    await sleep(seconds * 1_000, undefined, { signal })
    const { answer, insight, failures, firstFailure } = await load.end()
    if (insight === undefined) throw new Error('nobody watched the insights')
    return { ratePerSecond, answer, insight, failures, firstFailure }
  } finally {
    load.close()
  }
}
