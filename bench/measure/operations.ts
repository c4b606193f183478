import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadJob } from '../load/job.ts'
import type { LatencySummary } from '../load/latency.ts'
import { startGenerator } from '../load/start-generator.ts'
import type { Span } from './throughput.ts'

export interface OperationRate {
  readonly perSecond: number
  readonly answer: LatencySummary
  readonly failures: number
  readonly firstFailure: string | undefined
}

/** How many operations a second the load generator gets done, by its own count: for what leaves no leads behind. */
export async function measureOperations(job: LoadJob, span: Span, signal: AbortSignal): Promise<OperationRate> {
  const load = await startGenerator(job)
  try {
    await load.begin()
    await sleep(span.warmUpSeconds * 1_000, undefined, { signal })
    await load.end()
    await load.begin()
    await sleep(span.seconds * 1_000, undefined, { signal })
    const { items, seconds, answer, failures, firstFailure } = await load.end()
    return { perSecond: items / seconds, answer, failures, firstFailure }
  } finally {
    load.close()
  }
}
