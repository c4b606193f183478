import { Queue, Worker } from 'bullmq'
import { jobOf, type LeadJobData, runPeerProcess, storeLead } from '../peer-process.ts'

const QUEUE = 'leads'
/** BullMQ recommends 100 to 300 for jobs that wait for I/O. */
const CONCURRENCY = 100

const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null }

await runPeerProcess({
  startApi: async (sql) => {
    const queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true, attempts: 5 } })
    return async (row) => {
      const stored = await storeLead(sql, row)
      // also for a repeat, because the first attempt can fail after its commit; the job id prevents duplicates
      await queue.add('triage', { ...jobOf(row), leadId: stored.id }, { jobId: stored.id })
      return stored
    }
  },
  startWorker: async (_sql, triage) => {
    const worker = new Worker<LeadJobData>(QUEUE, ({ data }) => triage(data), { connection, concurrency: CONCURRENCY })
    await worker.waitUntilReady()
  },
})
