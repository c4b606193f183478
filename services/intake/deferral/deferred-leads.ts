import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'

/**
 * Records committed leads that were not published as due, so that the reconciler publishes them within a fraction of a
 * second. Never fails and never waits: the reconciler's walk finds within seconds what could not be recorded. A lead that
 * was erased meanwhile leaves a row with its id, which the reconciler removes.
 */
export interface DeferredLeads {
  add(leadId: string, clientId: string): void
  /** Resolves when everything added before is recorded or dropped. */
  drain(): Promise<void>
}

const BATCH_SIZE = 2_000
/** Maximum number of leads in memory; about 20 MB. */
const MAX_WAITING = 100_000

export function createDeferredLeads(sql: Sql, log: Log, metrics: Metrics): DeferredLeads {
  const deferred = metrics.counter({
    name: 'leadtriage_deferred_leads_total',
    help: 'Committed leads that were not published at once because the queue was full; the reconciler publishes them.',
  })
  const logFailure = createThrottledLog(log, 'warn', 'cannot record deferred leads; the reconciler will find them')
  let waiting: { readonly leadId: string; readonly clientId: string }[] = []
  let recording: Promise<void> | undefined

  const record = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_SIZE)
      waiting = waiting.slice(BATCH_SIZE)
      try {
        await withQueryTimeout(insert(sql, batch))
      } catch (err) {
        logFailure({ err, leads: batch.length })
      }
    }
    recording = undefined
  }

  return {
    add: (leadId, clientId) => {
      deferred.inc()
      if (waiting.length >= MAX_WAITING) return
      waiting.push({ leadId, clientId })
      recording ??= Promise.resolve().then(record)
    },
    drain: async () => {
      await recording
    },
  }
}

/** Ordered by id like every statement on the table, so that concurrent ones cannot deadlock. */
function insert(sql: Sql, leads: readonly { readonly leadId: string; readonly clientId: string }[]) {
  return sql`
    insert into unsettled_leads (lead_id, share, check_at)
    select lead_id, share, now()
    from unnest(${leads.map(({ leadId }) => leadId)}::uuid[], ${leads.map(({ clientId }) => clientId)}::text[])
         as t (lead_id, share)
    order by lead_id
    on conflict (lead_id) do nothing`
}
