import { jetstream } from '@nats-io/jetstream'
import { sayReady } from '../../../testkit/processes/node-program.ts'
import { openPeerDatabase } from '../rows.ts'
import { triageInto } from '../triage-into.ts'
import { CONSUMER, openQueue, STREAM } from './queue.ts'

/* The plain loop: pull a few, and for each one select the lead, store the insight, acknowledge; then the next. */

const sql = openPeerDatabase()
const { nats } = await openQueue()
const consumer = await jetstream(nats).consumers.get(STREAM, CONSUMER)
sayReady()
for await (const message of await consumer.consume({ max_messages: 100 })) {
  const leadId = message.string()
  const [lead] = await sql<{ note: string; content_hash: string }[]>`
    select note, content_hash from leads where id = ${leadId}`
  if (lead !== undefined) await triageInto(sql, { leadId, note: lead.note, contentHash: lead.content_hash })
  message.ack()
}
