import { randomUUID } from 'node:crypto'
import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import type { LoadJob, Sender } from '../job.ts'

/** The approximate size of an event. */
const PAYLOAD = Buffer.alloc(250, 'x')
const STREAM = 'BENCH_LIMIT'
const PULL_SIZE = 500

/** Publishes with a message id; each caller awaits the acknowledgement. */
export async function createPublishSender({ url }: LoadJob): Promise<Sender> {
  const nats = await connect({ servers: url })
  await makeStream(nats)
  const stream = jetstream(nats)
  return {
    send: async () => {
      const id = randomUUID()
      const withId = headers()
      withId.set('Nats-Msg-Id', id)
      await stream.publish(`bench.limit.${id}`, PAYLOAD, { headers: withId })
      return { items: 1 }
    },
  }
}

/** Pulls stored messages and acks each of them. */
export async function createPullAckSender({ url, storedMessages = 0 }: LoadJob): Promise<Sender> {
  const nats = await connect({ servers: url })
  await makeStream(nats)
  for (let number = 1; number <= storedMessages; number += 1) {
    nats.publish(`bench.limit.${number}`, PAYLOAD)
    if (number % 5_000 === 0) await nats.flush()
  }
  const manager = await jetstreamManager(nats)
  await manager.consumers.add(STREAM, {
    durable_name: 'bench',
    ack_policy: AckPolicy.Explicit,
    max_ack_pending: 20_000,
  })
  const consumer = await jetstream(nats).consumers.get(STREAM, 'bench')
  return {
    send: async () => {
      let items = 0
      for await (const message of await consumer.fetch({ max_messages: PULL_SIZE, expires: 1_000 })) {
        message.ack()
        items += 1
      }
      // a pull of an empty stream waits until it expires, which would distort the rate
      if (items < PULL_SIZE) throw new Error(`the stream ran out of messages; it had ${storedMessages}`)
      return { items }
    },
  }
}

/** A work queue with file storage, like LEADS. */
async function makeStream(nats: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(nats)
  await manager.streams.delete(STREAM).catch(() => undefined)
  await manager.streams.add({
    name: STREAM,
    subjects: ['bench.limit.*'],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
  })
}
