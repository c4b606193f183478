import { Logger, run } from 'graphile-worker'
import { sayReady } from '../../../testkit/processes/node-program.ts'
import { type LeadJobData, openPeerDatabase } from '../rows.ts'
import { triageInto } from '../triage-into.ts'

const sql = openPeerDatabase()
await run({
  connectionString: process.env.DATABASE_URL ?? '',
  logger: new Logger(() => () => undefined), // it writes a line for each job otherwise
  taskList: { triage: (payload) => triageInto(sql, payload as LeadJobData) },
  // its guide to performance: many at once, fetched and completed in batches
  concurrency: 24,
  maxPoolSize: 26,
  pollInterval: 500,
  preset: { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
})
sayReady()
