import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import { jetstreamManager } from '@nats-io/jetstream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { type OwnNats, startOwnNats } from '../../../testkit/fixtures/nats.ts'
import { createMetrics } from '../../telemetry/metrics.ts'
import { connectNats, type Nats } from '../connect.ts'
import { jetStreamNames } from '../names.ts'
import { createPublisher } from '../publisher.ts'
import { ensureStreams } from '../topology.ts'
import { createLostFiles } from './lost-files.ts'

const names = jetStreamNames()
const topology = { names, replicas: 1, keptInsights: 1_000 }
/** More than one message block file holds. */
const MEGABYTES = 12
let server: OwnNats
let nats: Nats
let manager: JetStreamManager

beforeEach(async () => {
  server = await startOwnNats()
  nats = connectNats({ url: server.url, name: 'test', log: captureLog().log })
  manager = await jetstreamManager(await nats.first())
  await ensureStreams(nats, topology)
})
afterEach(async () => {
  await nats.close()
  await server.stop()
})

/** The publishing side of intake, with the descriptions of refusals. */
function openIntake() {
  const { log } = captureLog()
  const metrics = createMetrics('test')
  const lostFiles = createLostFiles({ nats, stream: names.leadsStream, log, metrics })
  const refusals: string[] = []
  const publisher = createPublisher({
    nats,
    maxOutstanding: 1_000,
    maxOutstandingBytes: 100_000_000,
    onRefused: (description) => {
      refusals.push(description)
      lostFiles.noteRefusal(description)
    },
    log,
    metrics,
  })
  const publish = (bytes: number) => {
    const subject = names.leadReceived(randomUUID())
    publisher.publish({ subject, payload: Buffer.alloc(bytes), messageId: randomUUID(), traceparent: 'the trace' })
  }
  return { lostFiles, refusals, publish, metrics }
}

const created = async () => (await manager.streams.info(names.leadsStream)).created

/** Publishes until the stream does not store a message. Returns whether it replied to that message. */
async function refusesWithReply(): Promise<boolean> {
  const connection = await nats.first()
  for (let i = 0; i < MEGABYTES; i += 1) {
    try {
      const reply = await connection.request(names.leadReceived(randomUUID()), Buffer.alloc(1_000_000), {
        timeout: 3_000,
      })
      if (reply.string().includes('"error"')) return true
    } catch {
      return false
    }
  }
  return false
}

test('a stream that refuses messages because its files are missing is deleted and counted', async ({ skip }) => {
  const { lostFiles, refusals, publish, metrics } = openIntake()
  const first = await created()
  await rm(server.streamDir(names.leadsStream), { recursive: true })
  skip(!(await refusesWithReply()), 'this nats-server does not reply any more')
  publish(1_000_000)
  await eventually(() => refusals.length > 0)
  await eventually(async () => {
    await lostFiles.deleteIfLost()
    return created().then(
      () => false,
      () => true,
    )
  })
  expect((await metrics.render()).body).toContain(
    'leadtriage_stream_recreations_total{reason="lost_files",service="test"} 1',
  )
  await ensureStreams(nats, topology)
  expect(await created()).not.toBe(first)
  const { length } = refusals
  publish(100)
  await eventually(async () => (await manager.streams.info(names.leadsStream)).state.messages === 1)
  expect(refusals).toHaveLength(length)
}, 60_000)

test('a full stream is not deleted', async () => {
  const { lostFiles, refusals, publish } = openIntake()
  await manager.streams.update(names.leadsStream, { max_msgs: 1 })
  const first = await created()
  publish(100)
  publish(100)
  await eventually(() => refusals.length > 0)
  const until = performance.now() + 2_500 // longer than it takes with lost files
  while (performance.now() < until) await lostFiles.deleteIfLost()
  expect(await created()).toBe(first)
})
