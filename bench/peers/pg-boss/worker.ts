import { sayReady } from '../../../testkit/processes/node-program.ts'
import { type LeadJobData, openPeerDatabase } from '../rows.ts'
import { triageInto } from '../triage-into.ts'
import { openBoss, QUEUE } from './boss.ts'

const sql = openPeerDatabase()
const boss = await openBoss()
// big batches, and the next one at once while they come full: what pg-boss offers for many small jobs
const options = { batchSize: 200, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true, localConcurrency: 2 }
await boss.work<LeadJobData>(QUEUE, options, async (jobs) => {
  await Promise.all(jobs.map(({ data }) => triageInto(sql, data)))
})
sayReady()
