import { setTimeout as sleep } from 'node:timers/promises'
import { type LoadJob, type LoadResult, Operation } from '../load/job.ts'
import type { LatencySummary } from '../load/latency.ts'
import { startGenerator } from '../load/start-generator.ts'
import type { Product } from '../stack/product.ts'
import type { Span } from './throughput.ts'

/* Figures as the load generator counts them. */

export interface OperationRate {
  readonly perSecond: number
  readonly answer: LatencySummary
  readonly failures: number
  readonly firstFailure: string | undefined
}

/** Latencies at a fixed arrival rate, from the time at which each request was due. */
export interface LatencyAtRate {
  readonly ratePerSecond: number
  /** From request to answer. */
  readonly answer: LatencySummary
  /** From request to stored insight. */
  readonly insight: LatencySummary
  readonly failures: number
  readonly firstFailure: string | undefined
}

const CONNECTIONS = 256

/** Measures the rate of operations that leave no leads to triage. */
export async function measureOperations(job: LoadJob, span: Span, signal: AbortSignal): Promise<OperationRate> {
  const { items, seconds, answer, failures, firstFailure } = await runLoad(job, span, signal)
  return { perSecond: items / seconds, answer, failures, firstFailure }
}

export async function measureLatency(
  { url, insightEvents }: Product,
  ratePerSecond: number,
  span: Span,
  signal: AbortSignal,
): Promise<LatencyAtRate> {
  const job = { operation: Operation.Rest, url, concurrency: CONNECTIONS, ratePerSecond, insightEvents }
  const { answer, insight, failures, firstFailure } = await runLoad(job, span, signal)
  if (insight === undefined) throw new Error('the load generator did not watch insights')
  return { ratePerSecond, answer, insight, failures, firstFailure }
}

/** Discards what happens in the warm-up. */
async function runLoad(job: LoadJob, span: Span, signal: AbortSignal): Promise<LoadResult> {
  const load = await startGenerator(job)
  try {
    await load.begin()
    await sleep(span.warmUpSeconds * 1_000, undefined, { signal })
    await load.end()
    await load.begin()
    await sleep(span.seconds * 1_000, undefined, { signal })
    return await load.end()
  } finally {
    load.close()
  }
}
