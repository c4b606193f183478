import { AckPolicy, type Consumer, jetstream, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { Sql } from 'postgres'
import { runPeerProcess, storeLead, type TriageLead } from '../peer-process.ts'

/* JetStream with a simple loop: for each message, select the lead, store the insight, ack, then take the next one. */

const STREAM = 'BENCH_ONE_BY_ONE'
const SUBJECT = 'bench.one-by-one'
const CONSUMER = 'triage'

async function openQueue() {
  const nats = await connect({ servers: process.env.NATS_URL ?? '' })
  const manager = await jetstreamManager(nats)
  await manager.streams.add({ name: STREAM, subjects: [SUBJECT], retention: RetentionPolicy.Workqueue })
  await manager.consumers.add(STREAM, { durable_name: CONSUMER, ack_policy: AckPolicy.Explicit })
  return jetstream(nats)
}

async function work(consumer: Consumer, sql: Sql, triage: TriageLead): Promise<void> {
  for await (const message of await consumer.consume({ max_messages: 100 })) {
    const leadId = message.string()
    const [lead] = await sql<{ note: string; content_hash: string }[]>`
      select note, content_hash from leads where id = ${leadId}`
    if (lead !== undefined) await triage({ leadId, note: lead.note, contentHash: lead.content_hash })
    message.ack()
  }
}

await runPeerProcess({
  startApi: async (sql) => {
    const stream = await openQueue()
    return async (row) => {
      const stored = await storeLead(sql, row)
      await stream.publish(SUBJECT, stored.id, { msgID: stored.id })
      return stored
    }
  },
  startWorker: async (sql, triage) => {
    const stream = await openQueue()
    void work(await stream.consumers.get(STREAM, CONSUMER), sql, triage) // an error ends the process
  },
})
