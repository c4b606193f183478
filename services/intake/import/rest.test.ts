import { getEventListeners } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { OPEN_ACCESS } from '../../../lib/auth/create-access-control.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { Server } from '../../../lib/server/server.ts'
import { startServer } from '../../../lib/server/server.ts'
import { createMetrics } from '../../../lib/telemetry/metrics.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { linesOf, postImport, toNdjson } from '../../../testkit/clients/imports.ts'
import type { ProblemBody } from '../../../testkit/clients/rest.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { BatchOutcome } from '../batch-create-leads.ts'
import type { ImportRequest } from './import-leads.ts'
import { importLeads } from './import-leads.ts'
import { registerImportRest } from './rest.ts'

const running: Server[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(0)))
})

/** Serves the REST handler alone; by default its store accepts everything. */
async function startImportHandler(
  limits: { maxImports?: number; idleTimeoutMs?: number },
  store: () => Promise<void> = async () => undefined,
  kind: 'created' | 'invalid' = 'created',
) {
  const log = captureLog()
  const metrics = createMetrics('intake')
  const storeList = async (inputs: readonly unknown[]) => {
    await store()
    return inputs.map(() => ({ kind, violations: [] }) as BatchOutcome & object)
  }
  const requests: ImportRequest[] = []
  const intake = {
    importLeads: (_caller: unknown, request: ImportRequest) => {
      requests.push(request)
      return importLeads({ storeList }, request)
    },
  }
  const server = await startServer({
    api: { title: 'import', description: '', tags: [] },
    host: '127.0.0.1',
    port: 0,
    services: [],
    access: OPEN_ACCESS,
    rest: (app, failLate) => registerImportRest(app, intake, failLate, limits),
    checks: [],
    log: log.log,
    metrics,
  })
  running.push(server)
  return { url: server.url, log, metrics, requests }
}

/** Sends some rows, and then nothing until `end` is called. */
function openImport(url: string, { count = 1, signal }: { count?: number; signal?: AbortSignal } = {}) {
  const { promise, resolve } = Promise.withResolvers<void>()
  async function* rows() {
    yield toNdjson(Array.from({ length: count }, () => ({ note: 'a note' })))
    await promise
  }
  return { response: postImport(url, rows(), signal && { signal }), end: resolve }
}

/** Whether an import has released its resources: no listener on its signal, and no row left to read. */
async function isReleased({ signal, rows }: ImportRequest): Promise<boolean> {
  if (getEventListeners(signal, 'abort').length > 0) return false
  const { done } = await rows[Symbol.asyncIterator]().next()
  return done === true
}

test('an import that receives nothing is cancelled after the idle timeout', async () => {
  const { url } = await startImportHandler({ idleTimeoutMs: 1_000 })
  const lines = linesOf(await openImport(url).response)
  expect((await lines.next()).value).toMatchObject({ progress: { rows: 1 } })
  expect((await lines.next()).value).toMatchObject({ failed: { code: 'cancelled' }, progress: { rows: 1 } })
  expect((await lines.next()).done).toBe(true)
})

test('whole rows restart the idle timeout, single bytes do not', async () => {
  const { url } = await startImportHandler({ idleTimeoutMs: 2_000 })
  let ended = false
  async function* trickle(piece: string) {
    yield toNdjson([{ note: 'a note' }])
    for (; !ended; ) {
      await sleep(50)
      yield piece
    }
  }
  const rows = linesOf(await postImport(url, trickle(toNdjson([{ note: 'another' }]))))
  const bytes = linesOf(await postImport(url, trickle('x')))
  for (const lines of [rows, bytes]) expect((await lines.next()).value).toMatchObject({ progress: { rows: 1 } })
  expect((await bytes.next()).value).toMatchObject({
    failed: { code: 'cancelled', detail: 'No row was received for 2 seconds.' },
    progress: { rows: 1 },
  })
  for (let line = await rows.next(); !line.done; line = await rows.next()) {
    if (!('progress' in line.value)) expect(line.value).toMatchObject({ done: { invalid: 0 } })
    ended = true // it has outlived the other import by at least one row
  }
})

test('the connection is closed when the client does not read the response', async () => {
  const { url, requests } = await startImportHandler({ idleTimeoutMs: 200 }, undefined, 'invalid')
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).pause()
  const head = [
    'POST /leads:import HTTP/1.1',
    'host: x',
    'content-type: application/x-ndjson',
    'transfer-encoding: chunked',
  ]
  const row = `${JSON.stringify({ note: 'a note' })}\n`.repeat(1_000)
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const keepSending = () =>
    socket.write(`${row.length.toString(16)}\r\n${row}\r\n`, (error) => error ?? setImmediate(keepSending))
  keepSending()
  await new Promise((resolve) => socket.on('error', resolve).on('close', resolve))
  await eventually(() => isReleased(requests[0] ?? expect.unreachable()))
})

test('imports beyond the limit are rejected with Retry-After, until another has ended', async () => {
  const { url } = await startImportHandler({ maxImports: 2 })
  const [one, other] = [openImport(url), openImport(url)]
  const responses = await Promise.all([one.response, other.response])
  const refused = await postImport(url, toNdjson([{ note: 'a note' }]))
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(await bodyOf<ProblemBody>(refused)).toMatchObject({ code: 'overloaded' })
  one.end()
  await responses[0].text()
  await eventually(async () => (await postImport(url, toNdjson([{ note: 'a note' }]))).status === 200)
  other.end()
  await responses[1].text()
})

describe('an import releases its body', () => {
  /** Fails after the given number of lists. */
  const failingAfter = (lists: number) => {
    let stored = 0
    return async () => {
      stored += 1
      if (stored > lists) throw new AppError(ErrorCode.Unavailable, 'no store')
    }
  }

  test('when its first rows cannot be stored', async () => {
    const { url, requests } = await startImportHandler({}, failingAfter(0))
    const { response, end } = openImport(url)
    expect((await response).status).toBe(503)
    await eventually(() => isReleased(requests[0] ?? expect.unreachable()))
    end()
  })

  test('when later rows cannot be stored', async () => {
    const { url, requests } = await startImportHandler({}, failingAfter(1))
    const { response, end } = openImport(url, { count: 1_000 })
    expect(await (await response).text()).toContain('"code":"unavailable"')
    await eventually(() => isReleased(requests[0] ?? expect.unreachable()))
    end()
  })

  test('when its sender disconnects', async () => {
    const { url, requests } = await startImportHandler({})
    const sender = new AbortController()
    const { response } = openImport(url, { signal: sender.signal })
    expect((await response).status).toBe(200)
    sender.abort()
    await eventually(() => isReleased(requests[0] ?? expect.unreachable()))
  })
})

test('an unexpected error ends the response without its cause, and is logged and counted', async () => {
  let calls = 0
  const { url, log, metrics } = await startImportHandler({}, async () => {
    calls += 1
    if (calls > 1) throw new Error('secret')
  })
  const rows = Array.from({ length: 2_000 }, () => ({ note: 'a note' }))
  const text = await (await postImport(url, toNdjson(rows))).text()
  expect(text).toContain('{"failed":{"type":"about:blank","title":"Internal error","status":500')
  expect(text).not.toContain('secret')
  expect(log.text()).toContain('secret')
  const { body } = await metrics.render()
  expect(body).toMatch(/call_duration_seconds_count\{.*outcome="internal".*\} 1/)
  expect(body).not.toMatch(/call_duration_seconds_count\{.*outcome="ok".*\}/)
})

test('a sender that keeps sending after the response has ended is drained for a moment, and then disconnected', async () => {
  const { url } = await startImportHandler({}, async () => {
    throw new Error('no store')
  })
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
  })
  const head = [
    'POST /leads:import HTTP/1.1',
    'host: x',
    'content-type: application/x-ndjson',
    'content-length: 1000000000000000',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n{"note":"a note"}\n`)
  const piece = '{"note":"more"}\n'.repeat(5_000)
  const keepSending = () => socket.write(piece, (error) => error ?? setImmediate(keepSending))
  keepSending()
  const startedAt = performance.now()
  await new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve))
  expect(received).toContain('HTTP/1.1 500')
  expect(received).toMatch(/"code":"internal".*\}$/)
  expect(performance.now() - startedAt).toBeLessThan(4_000) // an idle connection would be closed after five seconds
})
