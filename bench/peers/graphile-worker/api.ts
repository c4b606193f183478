import { makeWorkerUtils } from 'graphile-worker'
import { serveLeads } from '../leads-api.ts'
import { jobOf, openPeerDatabase, storeLead } from '../rows.ts'

const sql = openPeerDatabase()
const utils = await makeWorkerUtils({ connectionString: process.env.DATABASE_URL ?? '' })
await utils.migrate()
await utils.release()

// the lead and its job in one transaction, which is what a queue in PostgreSQL is for
await serveLeads((row) =>
  sql.begin(async (transaction) => {
    const stored = await storeLead(transaction, row)
    if (stored.created) {
      await transaction`select graphile_worker.add_job('triage', ${JSON.stringify(jobOf(row))}::text::json)`
    }
    return stored
  }),
)
