import type { Lead } from '../../domain/lead.ts'
import { measureBatches } from '../../lib/batcher/batch-metrics.ts'
import { type Batcher, createBatcher } from '../../lib/batcher/batcher.ts'
import { isolateFailures } from '../../lib/batcher/isolate-failures.ts'
import { isTransient } from '../../lib/errors/app-error.ts'
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.ts'
import type { Metrics } from '../../lib/telemetry/metrics.ts'
import type { LeadRow, LeadStore, StoreOutcome } from './lead-store.ts'
import { bytesOfRow, bytesOfRows, insertLists } from './lead-store.ts'

/**
 * Batchers that let concurrent calls share statements. Their queues are bounded in items and bytes. Commits take the
 * leads of the clients in turns, so a client that sends thousands does not delay the others.
 */
export interface IntakeBatchers {
  readonly groupCommit: Batcher<LeadRow, StoreOutcome>
  /** Lists of leads have a separate batcher, so that single leads do not queue after thousands of rows. */
  readonly listCommit: Batcher<readonly LeadRow[], readonly StoreOutcome[]>
  readonly leadReads: Batcher<string, Lead | undefined>
}

/** Maximum number of lists of leads queued for their commit. */
export const MAX_QUEUED_LISTS = 32
const MIB = 1024 * 1024
const BYTES = { maxBatchBytes: 8 * MIB, maxQueuedBytes: 32 * MIB } as const

/** Creates the batchers; they are drained when the service stops. */
export function createIntakeBatchers(leads: LeadStore, metrics: Metrics, { onStop }: Lifecycle): IntakeBatchers {
  const measure = measureBatches(metrics)
  const insert = isolateFailures(leads.insert) // may insert a row twice, which its idempotency key makes harmless
  // fail the whole queue at once, so that every call gets its error within two seconds while PostgreSQL hangs
  const failsAll = isTransient

  const groupCommit = createBatcher({
    maxBatchSize: 500,
    maxInFlight: 1,
    maxQueued: 10_000,
    byteLimits: { bytesOf: bytesOfRow, ...BYTES },
    keyOf: ({ clientId }) => clientId,
    flush: insert,
    onFlush: measure('leads'),
    failsAll,
  })
  onStop('group commit', () => groupCommit.drain())
  const listCommit = createBatcher({
    maxBatchSize: 4,
    maxInFlight: 1,
    maxQueued: MAX_QUEUED_LISTS,
    byteLimits: { bytesOf: bytesOfRows, ...BYTES },
    keyOf: ([first]) => first?.clientId ?? '', // all rows are of one call
    flush: (lists: readonly (readonly LeadRow[])[]) => insertLists(insert, lists),
    onFlush: measure('lead_lists', (list) => list.length),
    failsAll,
  })
  onStop('group commit of lists', () => listCommit.drain())
  const leadReads = createBatcher({
    maxBatchSize: 100,
    maxInFlight: 2,
    maxQueued: 10_000,
    flush: leads.findAll,
    onFlush: measure('lead_reads'),
    failsAll,
  })
  onStop('reads of leads', () => leadReads.drain())
  return { groupCommit, listCommit, leadReads }
}
