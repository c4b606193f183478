import { jetstream } from '@nats-io/jetstream'
import { serveLeads } from '../leads-api.ts'
import { openPeerDatabase, storeLead } from '../rows.ts'
import { openQueue, SUBJECT } from './queue.ts'

const sql = openPeerDatabase()
const { nats } = await openQueue()
const stream = jetstream(nats)

await serveLeads(async (row) => {
  const stored = await storeLead(sql, row)
  await stream.publish(SUBJECT, stored.id, { msgID: stored.id })
  return stored
})
