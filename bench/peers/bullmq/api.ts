import { Queue } from 'bullmq'
import { serveLeads } from '../leads-api.ts'
import { jobOf, openPeerDatabase, storeLead } from '../rows.ts'
import { connection, QUEUE } from './queue.ts'

const sql = openPeerDatabase()
const queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true, attempts: 5 } })

await serveLeads(async (row) => {
  const stored = await storeLead(sql, row)
  // also on a repeat: the first try may have ended between the commit and this. The job's id keeps it single.
  await queue.add('triage', { ...jobOf(row), leadId: stored.id }, { jobId: stored.id })
  return stored
})
