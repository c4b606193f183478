import type { NatsConnection } from '@nats-io/transport-node'
import { waitUntil } from '../../embedded/wait-until.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { Sender } from './job.ts'
import type { LatencySummary } from './latency.ts'
import { createLatencyRecorder } from './latency.ts'

/** Measures the time until the insights of leads are stored. */
export interface InsightWatch {
  /** Expects the insight of a lead whose operation was due at `intendedAt`. Its event may have arrived already. */
  expect(leadId: string, intendedAt: number): void
  /** Like `expect`, and resolves when the insight is stored. Rejects after fifteen seconds. */
  untilSeen(leadId: string, intendedAt: number): Promise<void>
  /** Waits up to fifteen seconds for missing insights, which then count with the time waited, and resets the watch. */
  finish(): Promise<LatencySummary>
}

const TIMEOUT_MS = 15_000

interface Expected {
  readonly intendedAt: number
  readonly onSeen: (() => void) | undefined
}

/**
 * Subscribes to `InsightReady`, which triage publishes after the commit of the insight. So times include the publish and
 * are an upper bound. A plain subscription next to the stream costs the server one more delivery and no storage.
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
      found.onSeen?.()
    },
  })
  await nats.flush()
  const expect = (leadId: string, intendedAt: number, onSeen?: () => void) => {
    const seenAt = early.get(leadId)
    if (seenAt === undefined) return void expected.set(leadId, { intendedAt, onSeen })
    early.delete(leadId)
    recorder.record(seenAt - intendedAt)
    onSeen?.()
  }
  return {
    expect,
    untilSeen: (leadId, intendedAt) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          expected.delete(leadId)
          reject(new Error(`lead ${leadId} has no insight after ${TIMEOUT_MS / 1_000} s`))
        }, TIMEOUT_MS)
        expect(leadId, intendedAt, () => {
          clearTimeout(timer)
          resolve()
        })
      }),
    finish: async () => {
      await waitUntil(() => expected.size === 0 || undefined, { timeoutMs: TIMEOUT_MS })
      for (const { intendedAt } of expected.values()) recorder.record(performance.now() - intendedAt)
      const summary = recorder.summary()
      expected.clear()
      early.clear()
      recorder.reset()
      return summary
    },
  }
}

/**
 * Wraps a sender so that an operation ends when the insight of its lead is stored. A closed loop then never has more
 * untriaged leads than callers.
 *
 * @throws Error without a watch
 */
export function untilInsight(sender: Sender, insights: InsightWatch | undefined): Sender {
  if (insights === undefined) throw new Error('untilInsight requires insightEvents')
  return {
    send: async () => {
      const startedAt = performance.now()
      const { items, leadId } = await sender.send()
      if (leadId === undefined) throw new Error('the answer has no lead id')
      await insights.untilSeen(leadId, startedAt)
      return { items }
    },
  }
}
