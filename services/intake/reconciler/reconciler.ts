import { randomUUID } from 'node:crypto'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import { isMissing } from '../../../lib/jetstream/topology.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { Leader } from '../../../lib/postgres/leader.ts'
import { runAsLeader } from '../../../lib/postgres/leader.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'
import { childTraceparent } from '../../../lib/telemetry/trace-context.ts'
import type { LeadEvents } from '../lead-events.ts'
import { noteDueParked, walk } from './find-unsettled.ts'
import type { DueLead } from './take-due.ts'
import { takeDue } from './take-due.ts'

/*
 * Makes the promise true that no lead is forgotten, whatever happened to its event: the process died before it was
 * published, NATS was away, the stream was lost. Invariants:
 *  1. One process at a time does it; others take over (lib/postgres/leader.ts).
 *  2. A lead that has been committed is seen by a walk, and stays noted down until it is settled.
 *  3. What still waits in the stream is not published again: a long queue costs nothing here.
 *  4. A second publication is harmless: the stream holds one message per lead, the insight one generation.
 */

/** Names the lock; any number, but always this one. */
const LOCK_ID = 7_310_579_341
const INTERVAL_MS = 1_000

export function startReconciler(options: {
  databaseUrl: string
  nats: Nats
  /** Declares the streams, which may have been deleted. */
  ensureStreams: () => Promise<void>
  /** When the oldest message that no worker has taken was queued, by the database's clock; undefined when none waits. */
  queuedSince: () => Promise<Date | undefined>
  events: LeadEvents
  log: Log
  metrics: Metrics
}): Leader {
  const { databaseUrl, nats, ensureStreams, queuedSince, events, metrics } = options
  const log = options.log.child({ part: 'reconciler' })
  const repaired = metrics.counter({
    name: 'leadtriage_reconciler_published_total',
    help: 'Events that the reconciler published: first for a lead it found unsettled, again when that did not settle it.',
    labelNames: ['attempt'],
  })

  const publish = (lead: DueLead) => {
    repaired.inc({ attempt: lead.again ? 'again' : 'first' })
    events.republish(lead, `reconciler.${randomUUID()}`, childTraceparent(undefined))
  }

  /** Without the consumer no worker has been there yet, or someone deleted it and a worker is about to mend that. */
  const whatWaits = async () => {
    try {
      return { since: await queuedSince() }
    } catch (error) {
      if (!isMissing(error)) throw error
      await ensureStreams()
      return 'nobody pulls'
    }
  }

  const work = async (sql: Sql): Promise<boolean> => {
    if (nats.up() === undefined) return false // nobody to publish to: what is due stays due
    const waiting = await whatWaits()
    if (waiting === 'nobody pulls') return false
    const { since } = waiting
    const more = await walk(sql, since) // 2
    await noteDueParked(sql)
    const due = await takeDue(sql, since) // 3
    due.forEach(publish) // 4
    if (due.length > 0) log.info({ leads: due.length }, 'published again what triage has not settled')
    return more || due.length > 0
  }

  const leader = runAsLeader({
    url: databaseUrl,
    applicationName: 'leadtriage-reconciler',
    lockId: LOCK_ID, // 1
    work,
    intervalMs: INTERVAL_MS,
    log,
  })
  metrics.gauge({
    name: 'leadtriage_reconciler_leads',
    help: 'Whether this process is the one that reconciles.',
    collect() {
      this.set(leader.leads ? 1 : 0)
    },
  })
  return leader
}
