import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsConnection } from '@nats-io/transport-node'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { LatencySummary } from './latency.ts'
import { createLatencyRecorder } from './latency.ts'

/** Times how long leads take until their insight is stored. */
export interface InsightWatch {
  /** A lead was accepted whose operation was due at `intendedAt`. Its insight may have been heard of before. */
  expect(leadId: string, intendedAt: number): void
  /** The same, and resolves when it was heard of. Rejects when that takes more than fifteen seconds. */
  untilHeard(leadId: string, intendedAt: number): Promise<void>
  /** Waits a while for what is still missing, and begins anew. What never came counts with the time it was waited for. */
  finish(): Promise<LatencySummary>
}

const TIMEOUT_MS = 15_000

interface Expected {
  readonly intendedAt: number
  readonly onHeard: (() => void) | undefined
}

/**
 * Hears `InsightReady`, which triage publishes when the insight has been committed. A plain subscription, beside the
 * stream: it costs the server one more delivery and no storage. So the time includes the publish: an upper bound.
 */
export async function watchInsights(nats: NatsConnection, subjects: string): Promise<InsightWatch> {
  const recorder = createLatencyRecorder()
  const expected = new Map<string, Expected>()
  const early = new Map<string, number>()
  nats.subscribe(subjects, {
    callback: (_error, { subject }) => {
      const leadId = leadIdOf(subject)
      const found = expected.get(leadId)
      if (found === undefined) return void early.set(leadId, performance.now())
      expected.delete(leadId)
      recorder.record(performance.now() - found.intendedAt)
      found.onHeard?.()
    },
  })
  await nats.flush()
  const expect = (leadId: string, intendedAt: number, onHeard?: () => void) => {
    const heardAt = early.get(leadId)
    if (heardAt === undefined) return void expected.set(leadId, { intendedAt, onHeard })
    early.delete(leadId)
    recorder.record(heardAt - intendedAt)
    onHeard?.()
  }
  return {
    expect,
    untilHeard: (leadId, intendedAt) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          expected.delete(leadId)
          reject(new Error(`a lead had no insight after ${TIMEOUT_MS / 1_000} s`))
        }, TIMEOUT_MS)
        expect(leadId, intendedAt, () => {
          clearTimeout(timer)
          resolve()
        })
      }),
    finish: async () => {
      const deadline = performance.now() + TIMEOUT_MS
      while (expected.size > 0 && performance.now() < deadline) await sleep(20)
      for (const { intendedAt } of expected.values()) recorder.record(performance.now() - intendedAt)
      const summary = recorder.summary()
      expected.clear()
      early.clear()
      recorder.reset()
      return summary
    },
  }
}
