import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { databaseUrl, jobOf, type LeadJobData, runPeerProcess, storeLead } from '../peer-process.ts'

await runPeerProcess({
  startApi: async (sql) => {
    const utils = await makeWorkerUtils({ connectionString: databaseUrl() })
    await utils.migrate()
    await utils.release()
    // stores the lead and its job in one transaction, the main advantage of a queue in PostgreSQL
    return (row) =>
      sql.begin(async (transaction) => {
        const stored = await storeLead(transaction, row)
        if (stored.created) {
          await transaction`select graphile_worker.add_job('triage', ${JSON.stringify(jobOf(row))}::text::json)`
        }
        return stored
      })
  },
  startWorker: async (_sql, triage) => {
    await run({
      connectionString: databaseUrl(),
      logger: new Logger(() => () => undefined), // the default logger writes a line per job
      taskList: { triage: (payload) => triage(payload as LeadJobData) },
      // by its performance guide: high concurrency, jobs fetched and completed in batches
      concurrency: 24,
      maxPoolSize: 26,
      pollInterval: 500,
      preset: { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    })
  },
})
