import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, inject, onTestFinished, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { startOwnNats } from '../../testkit/fixtures/nats.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import type { TcpProxy } from '../../testkit/tcp-proxy.ts'
import type { Nats } from './connect.ts'
import { connectNats } from './connect.ts'
import { versionWarning } from './server-version.ts'

const proxyTo = useTcpProxies()
const open: Nats[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((nats) => nats.close()))
})

/** A connection to the real server through a proxy that refuses connections at first. */
async function connectThrough(): Promise<{ nats: Nats; server: TcpProxy; messages: () => string[] }> {
  const server = await proxyTo(inject('servers').natsUrl, { isCut: true })
  const { log, entries } = captureLog()
  const nats = connectNats({ url: server.url, name: 'test', log })
  open.push(nats)
  return { nats, server, messages: () => entries().map(({ msg }) => msg) }
}

test('connects as soon as NATS is reachable; until then readiness reports the reason', async () => {
  const { nats, server } = await connectThrough()
  expect(nats.up()).toBeUndefined()
  await expect(nats.check()).rejects.toThrow('not connected yet')
  await eventually(() => nats.check().catch((error: Error) => /refused/i.test(error.message)))
  await server.heal()
  const connection = await nats.first()
  expect(nats.up()).toBe(connection)
  await nats.check()
  await connection.flush()
})

test('warns once about a server older than 2.10.26, however often the connection is re-established', async () => {
  const { nats, server, messages } = await connectThrough()
  await server.heal()
  const connection = await nats.first()
  await server.cut()
  await eventually(() => nats.up() === undefined)
  await server.heal()
  await eventually(() => nats.up() === connection)
  const warning = versionWarning(connection.info?.version)
  expect(messages().filter((message) => message.includes('known defects'))).toEqual(
    warning === undefined ? [] : [warning],
  )
})

test('a lost connection is not up, and reconnects by itself', async () => {
  const { nats, server, messages } = await connectThrough()
  await server.heal()
  const connection = await nats.first()
  await server.cut()
  await eventually(() => nats.up() === undefined)
  await expect(nats.check()).rejects.toThrow('the connection was lost')
  expect(await nats.first()).toBe(connection)
  await server.heal()
  await eventually(() => nats.up() === connection)
  await nats.check()
  expect(messages()).toEqual(expect.arrayContaining(['disconnected from NATS; reconnecting', 'reconnected to NATS']))
})

test.each([
  ['that has received everything', 0],
  ['that has stopped reading', 32],
])('a frozen server %s is not up until it responds again', async (_state, megabytes) => {
  const server = await startOwnNats()
  onTestFinished(() => server.stop())
  const { log, entries } = captureLog()
  const nats = connectNats({ url: server.url, name: 'test', pingIntervalMs: 200, log })
  open.push(nats)
  const connection = await nats.first()
  await server.freeze()
  for (let i = 0; i < megabytes; i += 1) connection.publish('test', Buffer.alloc(1_000_000))
  await eventually(() => nats.up() === undefined)
  await server.unfreeze()
  await eventually(() => nats.up() === connection)
  await connection.flush()
  expect(entries().map(({ msg }) => msg)).toContain('NATS does not respond to pings; closing the connection')
})

test('the reason why NATS is unreachable is logged once, not on every retry', async () => {
  const { messages } = await connectThrough()
  await eventually(() => messages().includes('NATS is unreachable; retrying'))
  await sleep(600) // longer than the retry interval
  expect(messages()).toEqual(['NATS is unreachable; retrying'])
})

test('close before the first connection rejects the waiting callers and stops connecting', async () => {
  const { nats, server } = await connectThrough()
  const waiting = expect(nats.first()).rejects.toThrow()
  await nats.close()
  await waiting
  await nats.close()
  await server.heal()
  expect(nats.up()).toBeUndefined()
  expect(server.connections).toBe(0)
})

test('close while the first connection is being established leaves none open', async () => {
  const server = await proxyTo(inject('servers').natsUrl, { isCut: true })
  await server.heal()
  const nats = connectNats({ url: server.url, name: 'test', log: captureLog().log }) // starts to connect
  await nats.close()
  await expect(nats.first()).rejects.toThrow()
  await eventually(() => server.connections === 0)
})

/** Subscribes a second connection to a subject; `received` is the first message. */
async function subscribe(): Promise<{ subject: string; received: Promise<string> }> {
  const listener = connectNats({ url: inject('servers').natsUrl, name: 'listener', log: captureLog().log })
  open.push(listener)
  const connection = await listener.first()
  const { promise, resolve } = Promise.withResolvers<string>()
  const subject = `test.${randomUUID()}`
  connection.subscribe(subject, { callback: (_error, message) => resolve(message.string()) })
  await connection.flush()
  return { subject, received: promise }
}

test('close sends buffered messages, can be called again, and leaves no connection open', async () => {
  const { nats, server } = await connectThrough()
  await server.heal()
  const { subject, received } = await subscribe()
  ;(await nats.first()).publish(subject, 'buffered')
  await nats.close()
  expect(await received).toBe('buffered')
  await nats.close()
  expect(nats.up()).toBeUndefined()
  await expect(nats.check()).rejects.toThrow()
  await eventually(() => server.connections === 0)
})

test('close sends buffered messages when it is called twice concurrently', async () => {
  const { nats, server } = await connectThrough()
  await server.heal()
  const { subject, received } = await subscribe()
  ;(await nats.first()).publish(subject, 'buffered')
  await Promise.all([nats.close(), nats.close()])
  expect(await received).toBe('buffered')
})
