import { Worker } from 'bullmq'
import { sayReady } from '../../../testkit/processes/node-program.ts'
import { type LeadJobData, openPeerDatabase } from '../rows.ts'
import { triageInto } from '../triage-into.ts'
import { connection, QUEUE } from './queue.ts'

/** BullMQ advises 100 to 300 for jobs that wait for I/O. */
const CONCURRENCY = 100

const sql = openPeerDatabase()
const worker = new Worker<LeadJobData>(QUEUE, ({ data }) => triageInto(sql, data), {
  connection,
  concurrency: CONCURRENCY,
})
await worker.waitUntilReady()
sayReady()
