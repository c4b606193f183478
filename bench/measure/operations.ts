import { setTimeout as sleep } from 'node:timers/promises'
import type { LatencySummary } from '../load/latency.ts'
import type { LoadJob } from '../load/job.ts'
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
    await sleep(span.warmUpSeconds * 1_000, undefined, { signal })
    await load.mark()
    await sleep(span.seconds * 1_000, undefined, { signal })
    const { items, seconds, answer, failures, firstFailure } = await load.stop()
    return { perSecond: items / seconds, answer, failures, firstFailure }
  } finally {
    load.kill()
  }
}
