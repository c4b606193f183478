import { randomUUID } from 'node:crypto'
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import { connectNats } from './connect.ts'
import { createPullConsumer } from './pull-consumer.ts'
import type { StreamMessage } from './stream-message.ts'

const stack = useStack()
const nats = useNats()
const proxyTo = useTcpProxies()

test('while a consumer is being confirmed, an ack for the one before is not sent', async () => {
  const manager = await jetstreamManager(await nats.first())
  const stream = `${stack.namespace}_${randomUUID()}`
  // unlike the product's streams, each begins at sequence 1, so that a late ack would hit the successor's message
  const create = async (text: string) => {
    await manager.streams.add({ name: stream, subjects: [`${stream}.>`], retention: 'workqueue' })
    await manager.consumers.add(stream, { durable_name: 'worker', ack_policy: AckPolicy.Explicit })
    await jetstream(await nats.first()).publish(`${stream}.${text}`)
  }
  const proxy = await proxyTo(stack.natsUrl)
  const connection = connectNats({ url: proxy.url, name: 'confirming', log: captureLog().log })
  let stale = 0
  const consumer = createPullConsumer({ nats: connection, stream, name: 'worker', onStaleAcks: (n) => (stale += n) })
  await create('old')
  await consumer.whenConnected()
  const confirmation = await consumer.confirm()
  const received = Promise.withResolvers<StreamMessage>()
  await consumer.pull({ batch: 1, expiresMs: 5_000, onMessage: received.resolve, onActivity: () => undefined }).ended
  const old = await received.promise
  await manager.streams.delete(stream)
  await eventually(() => confirmation.aborted)
  await create('new')

  const held = proxy.hold('current')
  const confirmed = consumer.confirm()
  old.ack()
  held.release()
  await confirmed

  await (await connection.first()).flush()
  expect((await manager.streams.info(stream)).state.messages).toBe(1)
  expect(stale).toBe(1)
  await consumer.close()
  await connection.close()
  await manager.streams.delete(stream)
})
