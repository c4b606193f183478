import type { Nats } from '../../../lib/jetstream/connect.ts'
import { createMessageEraser } from '../../../lib/jetstream/erase-messages.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'
import { createQueueErasure } from './erase-queued.ts'
import { createRetention } from './retention.ts'

/** Longer than a round takes. Older counts are not reported, since another process may be the leader by now. */
const REPORTED_FOR_MS = 15_000

/**
 * Creates what the leader among the intake processes does about erasures, once per round of the reconciler: it erases a
 * batch of leads past the retention time, and the messages of erased leads, and counts open erasures.
 *
 * @param options `retentionDays`: 0 keeps leads for ever
 * @returns runs a round; resolves to whether another one has work to do. Never rejects, since the reconciler must go on
 */
export function createErasureRound(options: {
  readonly nats: Nats
  readonly names: JetStreamNames
  readonly retentionDays: number
  readonly log: Log
  readonly metrics: Metrics
}): (sql: Sql) => Promise<boolean> {
  const { nats, names, retentionDays, log } = options
  const eraseExpired = createRetention(retentionDays, log)
  const eraseQueued = createQueueErasure(createMessageEraser(nats), names)
  const report = createReport(options.metrics)
  const logFailure = createThrottledLog(log, 'warn', 'cannot erase everything that is due; retrying')

  const attempt = async (erase: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await erase()
    } catch (error) {
      logFailure({ err: error })
      return false
    }
  }
  return async (sql) => {
    const moreExpired = await attempt(() => eraseExpired(sql))
    const moreQueued = nats.up() !== undefined && (await attempt(() => eraseQueued(sql)))
    await attempt(() => report(sql))
    return moreExpired || moreQueued
  }
}

interface OpenErasures {
  readonly part: string
  readonly leads: number
  readonly oldestSeconds: number
}

/** Measures open erasures for the metrics. */
function createReport(metrics: Metrics): (sql: Sql) => Promise<false> {
  let measured: { readonly atMs: number; readonly parts: readonly OpenErasures[] } | undefined
  const recent = () =>
    measured === undefined || performance.now() - measured.atMs > REPORTED_FOR_MS ? [] : measured.parts
  metrics.gauge({
    name: 'leadtriage_open_erasures',
    help: 'Erased leads of which a part is still to be erased, by part; reported by the reconciler leader only.',
    labelNames: ['part'],
    collect() {
      this.reset()
      for (const { part, leads } of recent()) this.set({ part }, leads)
    },
  })
  metrics.gauge({
    name: 'leadtriage_oldest_open_erasure_seconds',
    help: 'Age of the oldest open erasure, 0 if none is open, by part; reported by the reconciler leader only.',
    labelNames: ['part'],
    collect() {
      this.reset()
      for (const { part, oldestSeconds } of recent()) this.set({ part }, oldestSeconds)
    },
  })
  return async (sql) => {
    const parts = await sql<OpenErasures[]>`
      select p.part, count(e.lead_id)::int as leads,
             coalesce(extract(epoch from now() - min(e.erased_at)), 0)::float8 as "oldestSeconds"
      from erasure_parts p left join pending_erasures o on o.part = p.part left join erased_leads e using (lead_id)
      group by p.part`
    measured = { atMs: performance.now(), parts }
    return false
  }
}
