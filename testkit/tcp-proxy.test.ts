import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { useTcpProxies } from './fixtures/tcp-proxies.ts'
import type { TcpProxy } from './tcp-proxy.ts'

/** Sends back what it receives; after the client has ended its side, sends `bye` and ends its own. */
let echo: Server
let url: string
const proxyTo = useTcpProxies()

beforeAll(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk) => socket.write(chunk))
    socket.on('end', () => socket.end('bye'))
    socket.on('error', () => undefined)
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  url = `tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`
})
afterAll(() => void echo.close())

async function open({ host, port }: TcpProxy): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

test('passes on half-closed connections and keeps the order when the delay drops', async () => {
  const proxy = await proxyTo(url)
  const socket = await open(proxy)
  proxy.delay(50)
  socket.write('first ')
  await new Promise((resolve) => setTimeout(resolve, 10))
  proxy.delay(0)
  socket.end('second ')
  expect(await text(socket)).toBe('first second bye')
})

test('passes on single bytes in order', async () => {
  const socket = await open(await proxyTo(url, { bytewise: true }))
  socket.end('one by one ')
  expect(await text(socket)).toBe('one by one bye')
})

test('refuses connections after a cut and accepts them on the same port after a heal', async () => {
  const proxy = await proxyTo(url)
  const socket = await open(proxy)
  expect(proxy.connections).toBe(1)
  const closed = once(socket, 'end')
  await proxy.cut()
  await closed
  await expect(open(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.heal()
  ;(await open(proxy)).end()
})

test('resets existing connections, and every connection while blocked', async () => {
  const proxy = await proxyTo(url)
  const first = await open(proxy)
  const reset = once(first, 'error')
  proxy.reset()
  expect(await reset).toMatchObject([{ code: 'ECONNRESET' }])
  proxy.block(true)
  const second = connect({ host: proxy.host, port: proxy.port })
  expect(await once(second, 'error')).toMatchObject([{ code: 'ECONNRESET' }])
  proxy.block(false)
  ;(await open(proxy)).end()
})

test('holds what clients send until it is released', async () => {
  const proxy = await proxyTo(url)
  for (const which of ['current', 'new'] as const) {
    const held = which === 'new' ? proxy.hold('new') : undefined
    const socket = await open(proxy)
    if (held === undefined) await eventually(() => proxy.connections === 1)
    const { release, closed } = held ?? proxy.hold('current')
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.end('held ')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(received).toBe('')
    release()
    await closed()
    await once(socket, 'end')
    expect(received).toBe('held bye')
  }
})

test('discards what clients send, or the replies to a request, until a heal', async () => {
  const proxy = await proxyTo(url)
  const replied = await open(proxy)
  let received = ''
  replied.on('data', (chunk) => {
    received += chunk
  })
  proxy.discardRepliesTo('lost')
  replied.write('kept ')
  await eventually(() => received === 'kept ')
  replied.end('lost ')
  await once(replied, 'end')
  expect(received).toBe('kept ')
  await proxy.heal()
  proxy.discardFromClients()
  const discarded = await open(proxy)
  discarded.end('never ')
  expect(await text(discarded)).toBe('bye')
})
