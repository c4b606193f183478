import { PgBoss } from 'pg-boss'
import { databaseUrl, jobOf, type LeadJobData, runPeerProcess, storeLead } from '../peer-process.ts'

const QUEUE = 'leads'

async function openBoss(): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: databaseUrl(), max: 10 })
  boss.on('error', (error) => process.stderr.write(`${error}\n`))
  await boss.start()
  await boss.createQueue(QUEUE)
  return boss
}

await runPeerProcess({
  startApi: async (sql) => {
    const boss = await openBoss()
    // stores the lead and its job in one transaction, the main advantage of a queue in PostgreSQL
    return (row) =>
      sql.begin(async (transaction) => {
        const stored = await storeLead(transaction, row)
        if (!stored.created) return stored
        const db = {
          executeSql: async (text: string, values: unknown[] = []) => ({
            rows: await transaction.unsafe(text, values as never[], { prepare: true }),
          }),
        }
        await boss.send(QUEUE, jobOf(row), { db })
        return stored
      })
  },
  startWorker: async (_sql, triage) => {
    const boss = await openBoss()
    // for many small jobs: large batches, and the next one immediately after a full batch
    const options = { batchSize: 200, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true, localConcurrency: 2 }
    await boss.work<LeadJobData>(QUEUE, options, async (jobs) => {
      await Promise.all(jobs.map(({ data }) => triage(data)))
    })
  },
})
