import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Server } from '../../../lib/server/server.ts'
import { startServer } from '../../../lib/server/server.ts'
import { createMetrics } from '../../../lib/telemetry/metrics.ts'
import { captureLog } from '../../../test/fixtures/captured-log.ts'
import { eventually } from '../../../test/fixtures/eventually.ts'
import { linesOf, postImport, toNdjson } from '../../../test/fixtures/imports.ts'
import type { ProblemBody } from '../../../test/fixtures/rest.ts'
import { bodyOf } from '../../../test/fixtures/rest.ts'
import type { BatchOutcome } from '../batch-create-leads.ts'
import { importLeads } from './import-leads.ts'
import { registerImportRest } from './rest.ts'

const running: Server[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(0)))
})

/** The door alone, before a store that takes everything unless the test has another. */
async function startDoor(limits: { maxImports?: number; silenceMs?: number }, store = async () => undefined) {
  const log = captureLog()
  const metrics = createMetrics('intake')
  const storeList = async (inputs: readonly unknown[]) => {
    await store()
    return inputs.map(() => ({ kind: 'created' }) as BatchOutcome)
  }
  const intake = {
    importLeads: (_caller: unknown, request: Parameters<typeof importLeads>[1]) => importLeads({ storeList }, request),
  }
  const server = await startServer({
    title: 'import',
    host: '127.0.0.1',
    port: 0,
    services: [],
    rest: (app, failLate) => registerImportRest(app, intake, failLate, limits),
    checks: [],
    log: log.log,
    metrics,
  })
  running.push(server)
  return { url: server.url, log, metrics }
}

/** Sends a row, and then nothing until told to end. */
function openImport(url: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  async function* rows() {
    yield toNdjson([{ note: 'a note' }])
    await promise
  }
  return { response: postImport(url, rows()), end: resolve }
}

test('an import from which nothing comes any more is ended', async () => {
  const { url } = await startDoor({ silenceMs: 1_000 })
  const lines = linesOf(await openImport(url).response)
  expect((await lines.next()).value).toMatchObject({ progress: { rows: 1 } })
  expect((await lines.next()).value).toMatchObject({ failed: { code: 'cancelled' }, progress: { rows: 1 } })
  expect((await lines.next()).done).toBe(true)
})

test('an import too many is told to come again; when one has ended there is room', async () => {
  const { url } = await startDoor({ maxImports: 2 })
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

test('what nobody foresaw ends the answer without its cause, and is logged and counted', async () => {
  let calls = 0
  const { url, log, metrics } = await startDoor({}, async () => {
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

test('a sender that goes on after the answer has ended is heard for a moment, and then cut off', async () => {
  const { url } = await startDoor({}, async () => {
    throw new Error('no store')
  })
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text
  })
  const head = [
    'POST /leads:import HTTP/1.1',
    'host: x',
    'content-type: application/x-ndjson',
    'content-length: 1000000000000000',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n{"note":"a note"}\n`)
  const piece = '{"note":"more"}\n'.repeat(5_000)
  const goOn = () => socket.write(piece, (error) => error ?? setImmediate(goOn))
  goOn()
  const startedAt = performance.now()
  await new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve))
  expect(answer).toContain('HTTP/1.1 500')
  expect(answer).toMatch(/"code":"internal".*\}$/)
  expect(performance.now() - startedAt).toBeLessThan(4_000) // a connection that nobody uses lives for five seconds
})
