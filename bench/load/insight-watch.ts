import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { LatencySummary } from './latency.ts'
import { createLatencyRecorder } from './latency.ts'

/** Times how long leads take until their insight is stored. */
export interface InsightWatch {
  /** A lead was accepted whose operation was due at `intendedAt`. Its insight may have been heard of before. */
  expect(leadId: string, intendedAt: number): void
  /** Waits a while for what is still missing, and begins anew. What never came counts with the time it was waited for. */
  finish(): Promise<LatencySummary>
}

const PATIENCE_MS = 15_000

/**
 * Hears `InsightReady`, which triage publishes when the insight has been committed. A plain subscription, beside the
 * stream: it costs the server one more delivery and no storage. So the time includes the publish: an upper bound.
 */
export async function watchInsights({
  natsUrl,
  subjects,
}: {
  natsUrl: string
  subjects: string
}): Promise<InsightWatch> {
  const nats = await connect({ servers: natsUrl })
  const recorder = createLatencyRecorder()
  const expected = new Map<string, number>()
  const early = new Map<string, number>()
  nats.subscribe(subjects, {
    callback: (_error, { subject }) => {
      const leadId = leadIdOf(subject)
      const intendedAt = expected.get(leadId)
      if (intendedAt === undefined) early.set(leadId, performance.now())
      else {
        expected.delete(leadId)
        recorder.record(performance.now() - intendedAt)
      }
    },
  })
  await nats.flush()
  return {
    expect: (leadId, intendedAt) => {
      const heardAt = early.get(leadId)
      if (heardAt === undefined) return void expected.set(leadId, intendedAt)
      early.delete(leadId)
      recorder.record(heardAt - intendedAt)
    },
    finish: async () => {
      const deadline = performance.now() + PATIENCE_MS
      while (expected.size > 0 && performance.now() < deadline) await sleep(20)
      for (const intendedAt of expected.values()) recorder.record(performance.now() - intendedAt)
      const summary = recorder.summary()
      expected.clear()
      early.clear()
      recorder.reset()
      return summary
    },
  }
}
