import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, inject, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { startFreezableNats } from '../../testkit/fixtures/freezable-nats.ts'
import type { Forwarder } from '../../testkit/proxies/forwarder.ts'
import { useForwarders } from '../../testkit/proxies/forwarder.ts'
import type { Nats } from './connect.ts'
import { connectNats } from './connect.ts'
import { versionWarning } from './server-version.ts'

const forwarderTo = useForwarders()
const open: Nats[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((nats) => nats.close()))
})

/** A connection to the real server through a forwarder that is closed at first. */
async function connectThrough(): Promise<{ nats: Nats; server: Forwarder; messages: () => string[] }> {
  const server = await forwarderTo(inject('servers').natsUrl)
  const { log, entries } = captureLog()
  const nats = connectNats({ url: server.url, name: 'test', log })
  open.push(nats)
  return { nats, server, messages: () => entries().map(({ msg }) => msg) }
}

test('a connection is made as soon as NATS is there; until then readiness says why not', async () => {
  const { nats, server } = await connectThrough()
  expect(nats.up()).toBeUndefined()
  await expect(nats.check()).rejects.toThrow('not connected yet')
  await eventually(() => nats.check().catch((error: Error) => /refused/i.test(error.message)))
  await server.open()
  const connection = await nats.first()
  expect(nats.up()).toBe(connection)
  await nats.check()
  await connection.flush()
})

test('a server older than 2.10.26 is warned about once, however often the connection is made again', async () => {
  const { nats, server, messages } = await connectThrough()
  await server.open()
  const connection = await nats.first()
  await server.close()
  await eventually(() => nats.up() === undefined)
  await server.open()
  await eventually(() => nats.up() === connection)
  const warning = versionWarning(connection.info?.version)
  expect(messages().filter((message) => message.includes('known defects'))).toEqual(
    warning === undefined ? [] : [warning],
  )
})

test('a connection that is lost is not up, and comes back by itself', async () => {
  const { nats, server, messages } = await connectThrough()
  await server.open()
  const connection = await nats.first()
  await server.close()
  await eventually(() => nats.up() === undefined)
  await expect(nats.check()).rejects.toThrow('the connection was lost')
  expect(await nats.first()).toBe(connection)
  await server.open()
  await eventually(() => nats.up() === connection)
  await nats.check()
  expect(messages()).toEqual(expect.arrayContaining(['lost the connection to NATS', 'connected to NATS again']))
})

test.each([
  ['that has all it was sent', 0],
  ['that reads nothing any more', 32],
])('a server %s and does not answer is not up, and is when it answers again', async (_state, megabytes) => {
  const server = await startFreezableNats()
  const { log, entries } = captureLog()
  const nats = connectNats({ url: server.url, name: 'test', pingIntervalMs: 200, log })
  open.push(nats)
  const connection = await nats.first()
  server.freeze()
  for (let i = 0; i < megabytes; i += 1) connection.publish('test', Buffer.alloc(1_000_000))
  await eventually(() => nats.up() === undefined)
  server.unfreeze()
  await eventually(() => nats.up() === connection)
  await connection.flush()
  expect(entries().map(({ msg }) => msg)).toContain('NATS does not answer')
})

test('why NATS cannot be reached is logged once, not at every try', async () => {
  const { messages } = await connectThrough()
  await eventually(() => messages().includes('cannot reach NATS; trying on'))
  await sleep(600) // the time of the next try
  expect(messages()).toEqual(['cannot reach NATS; trying on'])
})

test('close before the first connection gives up: whoever waits for it is told, and nothing is tried any more', async () => {
  const { nats, server } = await connectThrough()
  const waiting = expect(nats.first()).rejects.toThrow()
  await nats.close()
  await waiting
  await nats.close()
  await server.open()
  expect(nats.up()).toBeUndefined()
  expect(server.connections).toBe(0)
})

test('close while the first connection is being made leaves none open', async () => {
  const server = await forwarderTo(inject('servers').natsUrl)
  await server.open()
  const nats = connectNats({ url: server.url, name: 'test', log: captureLog().log }) // has begun to connect
  await nats.close()
  await expect(nats.first()).rejects.toThrow()
  await eventually(() => server.connections === 0)
})

/** A subject on which a second connection listens, with what it hears first. */
async function listen(): Promise<{ subject: string; heard: Promise<string> }> {
  const listener = connectNats({ url: inject('servers').natsUrl, name: 'listener', log: captureLog().log })
  open.push(listener)
  const connection = await listener.first()
  const { promise, resolve } = Promise.withResolvers<string>()
  const subject = `test.${randomUUID()}`
  connection.subscribe(subject, { callback: (_error, message) => resolve(message.string()) })
  await connection.flush()
  return { subject, heard: promise }
}

test('close sends what is buffered, may be called again, and leaves nothing up', async () => {
  const { nats, server } = await connectThrough()
  await server.open()
  const { subject, heard } = await listen()
  ;(await nats.first()).publish(subject, 'last words')
  await nats.close()
  expect(await heard).toBe('last words')
  await nats.close()
  expect(nats.up()).toBeUndefined()
  await expect(nats.check()).rejects.toThrow()
  await eventually(() => server.connections === 0)
})

test('close sends what is buffered also when it is called twice at once', async () => {
  const { nats, server } = await connectThrough()
  await server.open()
  const { subject, heard } = await listen()
  ;(await nats.first()).publish(subject, 'last words')
  await Promise.all([nats.close(), nats.close()])
  expect(await heard).toBe('last words')
})
