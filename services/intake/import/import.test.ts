import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { v5 as uuidv5 } from 'uuid'
import { beforeAll, describe, expect, test } from 'vitest'
import { importAll, linesOf, postImport, toNdjson } from '../../../testkit/clients/imports.ts'
import type { ProblemBody } from '../../../testkit/clients/rest.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { ServiceProcess } from '../../../testkit/fixtures/services.ts'
import { useServices } from '../../../testkit/fixtures/services.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../../testkit/fixtures/tcp-proxies.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const start = useServices(stack)
let intake: ServiceProcess

beforeAll(async () => {
  ;[intake] = await Promise.all([start('intake'), start('triage')])
})

function storedUnder(keys: readonly string[]) {
  return stack.sql`
    select idempotency_key as key, email, phone, name, note, source from leads
    where idempotency_key in ${stack.sql(keys)} order by array_position(${[...keys]}::uuid[], idempotency_key)`
}

async function metric(url: string, pattern: RegExp): Promise<number> {
  return Number(pattern.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0)
}

describe('rows become leads', () => {
  test('NDJSON: valid rows are stored, whatever is between them, and the response lists the others', async () => {
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()] as const
    const good = toNdjson([
      { idempotency_key: first, email: 'a@example.com', note: 'A quote for 20 seats, please.' },
      { idempotency_key: 'abc', note: '', colour: 'red' },
      { idempotency_key: second, note: 'Привет 👩‍👩‍👧\n"you"', phone: null, name: 'N', source: 'fair' },
    ])
    const more = toNdjson([{ idempotency_key: first, note: 'another lead under its key' }])
    const last = toNdjson([{ idempotency_key: third, note: 'the last' }])
    const { faults, last: end } = await importAll(intake.url, `${good}{"note": \n${more}${last}`)
    expect(faults).toEqual([
      { row: 2, outcome: 'invalid', errors: expect.arrayContaining([expect.objectContaining({ path: 'note' })]) },
      { row: 4, outcome: 'invalid', errors: [{ path: '', message: expect.stringContaining('JSON object') }] },
      { row: 5, outcome: 'conflict', errors: [{ path: 'idempotency_key', message: expect.any(String) }] },
    ])
    expect(faults[0]?.errors.map(({ path }) => path).sort()).toEqual(['colour', 'idempotency_key', 'note'])
    expect(end).toEqual({ done: { rows: 6, created: 3, replayed: 0, conflicts: 1, erased: 0, invalid: 2 } })
    const nothing = { email: null, phone: null, name: null, source: null }
    expect([...(await storedUnder([first, second, third]))]).toEqual([
      { ...nothing, key: first, email: 'a@example.com', note: 'A quote for 20 seats, please.' },
      { ...nothing, key: second, note: 'Привет 👩‍👩‍👧\n"you"', name: 'N', source: 'fair' },
      { ...nothing, key: third, note: 'the last' },
    ])
  })

  test('CSV, byte by byte: quotes, line breaks in a field, multi-byte characters', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    const csv = `\ufeffnote,idempotency_key,email\r\n"He said ""да"",\r\nтогда 👍",${first},\r\nplain,${second},a@example.com\r\n`
    async function* bytes() {
      for (const byte of Buffer.from(csv)) yield Uint8Array.of(byte)
    }
    const { last } = await importAll(intake.url, bytes(), { type: 'text/csv' })
    expect(last).toEqual({ done: { rows: 2, created: 2, replayed: 0, conflicts: 0, erased: 0, invalid: 0 } })
    expect(await storedUnder([first, second])).toMatchObject([
      { note: 'He said "да",\r\nтогда 👍', email: null },
      { note: 'plain', email: 'a@example.com' },
    ])
  })

  test('every row gets its insight', async () => {
    const key = randomUUID()
    const rows = Array.from({ length: 1_200 }, (_, i) => ({ note: `We need ${i} seats next week.`, source: key }))
    expect((await importAll(intake.url, toNdjson(rows), { key })).last).toMatchObject({ done: { created: 1_200 } })
    await eventually(async () => {
      const [row] = await stack.sql<{ n: number }[]>`
        select count(*)::int as n from insights join leads on leads.id = lead_id where leads.source = ${key}`
      return row?.n === 1_200
    }, 20_000)
  })
})

describe('keys', () => {
  test.each([randomUUID(), 'FFFFFFFF-0000-0000-0000-0000000000AB'])(
    'a row without a key gets the UUIDv5 of its number, so that repeating an import creates nothing (%s)',
    async (key) => {
      const own = randomUUID()
      const ndjson = toNdjson([{ note: 'one' }, { idempotency_key: own, note: 'two' }, { note: 'three' }])
      const counts = { rows: 3, created: 3, replayed: 0, conflicts: 0, erased: 0, invalid: 0 }
      expect((await importAll(intake.url, ndjson, { key })).last).toEqual({ done: counts })
      const bytes = Buffer.from(key.replaceAll('-', ''), 'hex')
      expect(await storedUnder([uuidv5('1', bytes), own, uuidv5('3', bytes)])).toMatchObject([
        { note: 'one' },
        { note: 'two' },
        { note: 'three' },
      ])

      const csv = `note,idempotency_key\none,\ntwo,${own}\nthree,\n`
      const again = await importAll(intake.url, csv, { key: `"${key}"`, type: 'text/csv' }) // the same key, quoted
      expect(again.last).toEqual({ done: { ...counts, created: 0, replayed: 3 } })
    },
  )

  test('a row without a key is invalid when the header is missing', async () => {
    const { faults, last } = await importAll(intake.url, toNdjson([{ note: 'a lead' }, { note: '' }]))
    expect(faults[0]?.errors).toEqual([
      { path: 'idempotency_key', message: expect.stringContaining('header Idempotency-Key') },
    ])
    expect(faults[1]?.errors.map(({ path }) => path)).toEqual(['idempotency_key', 'note'])
    expect(last).toMatchObject({ done: { created: 0, invalid: 2 } })
  })
})

describe('an invalid request', () => {
  test.each(['application/json', 'multipart/form-data', 'rows', ''])('content type "%s" is rejected', async (type) => {
    const response = await postImport(intake.url, '{"note":"hi"}\n', { type: type as 'text/csv', key: randomUUID() })
    expect(response.status).toBe(415)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const { code, detail } = await bodyOf<ProblemBody & { detail: string }>(response)
    expect(code).toBe('unsupported_media_type')
    expect(detail).toMatch(/application\/x-ndjson.*text\/csv/)
  })

  test.each([
    ['a charset other than UTF-8', { 'content-type': 'application/x-ndjson; charset=utf-16' }],
    ['a compressed body', { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }],
  ])('%s is rejected', async (_what, headers) => {
    const response = await fetch(`${intake.url}/leads:import`, { method: 'POST', headers, body: '{"note":"hi"}\n' })
    expect(response.status).toBe(415)
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({ code: 'unsupported_media_type' })
  })

  test('a repeated header is rejected', async () => {
    const key = randomUUID()
    const headers = new Headers({ 'content-type': 'application/x-ndjson', 'idempotency-key': key })
    headers.append('idempotency-key', key)
    const response = await fetch(`${intake.url}/leads:import`, { method: 'POST', headers, body: '{"note":"hi"}\n' })
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({
      status: 422,
      errors: [{ path: 'Idempotency-Key', message: 'must be sent once, with one UUID' }],
    })
  })

  test('a header that is not a UUID, or an unreadable first row, is rejected', async () => {
    const key = await bodyOf<ProblemBody>(postImport(intake.url, '{"note":"hi"}\n', { key: 'abc' }))
    expect(key).toMatchObject({ status: 422, errors: [{ path: 'Idempotency-Key' }] })
    const csv = await bodyOf<ProblemBody>(postImport(intake.url, 'remark\nhi\n', { type: 'text/csv' }))
    expect(csv).toMatchObject({ status: 422, errors: [{ path: 'header' }] })
  })

  test('a row that is too long ends the import; the rows before it are stored', async () => {
    const rows = Array.from({ length: 700 }, (_, i) => ({ note: `lead ${i}` }))
    const body = toNdjson([...rows, { note: 'x'.repeat(300_000) }, { note: 'after' }])
    const { last } = await importAll(intake.url, body, { key: randomUUID() })
    expect(last).toMatchObject({
      failed: { code: 'invalid_request', status: 422, errors: [{ path: 'row 701' }] },
      progress: { rows: 700, created: 700 },
    })
  })
})

describe('streams', () => {
  test('a slow sender gets the progress of each row before it sends the next', async () => {
    const reported = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
    async function* rows() {
      for (const [index, { promise }] of reported.entries()) {
        yield toNdjson([{ note: `slow ${index}` }])
        await promise
      }
    }
    const seen: number[] = []
    for await (const line of linesOf(await postImport(intake.url, rows(), { key: randomUUID() }))) {
      if (!('progress' in line)) continue
      seen.push(line.progress.rows)
      reported[line.progress.rows - 1]?.resolve()
    }
    expect(seen).toEqual([1, 2, 3, 4])
  })

  test('a sender that disconnects ends the import; the rows it sent are stored', async () => {
    const cancelled = () =>
      metric(intake.url, /call_duration_seconds_count\{.*method="POST \/leads:import",outcome="cancelled".*\} (\d+)/)
    const before = await cancelled()
    const controller = new AbortController()
    const key = randomUUID()
    async function* rows() {
      yield toNdjson([{ note: 'sent before disconnecting' }])
      await new Promise(() => undefined)
    }
    const lines = linesOf(await postImport(intake.url, rows(), { key, signal: controller.signal }))
    expect((await lines.next()).value).toMatchObject({ progress: { created: 1 } })
    controller.abort()
    await expect(lines.next()).rejects.toThrow()
    await eventually(async () => (await cancelled()) === before + 1)
    const again = await importAll(intake.url, toNdjson([{ note: 'sent before disconnecting' }]), { key })
    expect(again.last).toMatchObject({ done: { replayed: 1 } })
  })

  test('a large import needs no more memory than a few lists', async () => {
    // The heap is smaller than the rows, so a process that keeps them or reads without back-pressure dies. Without
    // NATS, since events awaiting their acknowledgement are kept in memory by design.
    const own = await start('intake', { NODE_OPTIONS: '--max-old-space-size=64', NATS_URL: 'nats://127.0.0.1:1' })
    const note = 'We are comparing vendors. '.repeat(150)
    async function* rows() {
      for (let list = 0; list < 50; list += 1) yield toNdjson(Array.from({ length: 500 }, () => ({ note })))
    }
    const { last } = await importAll(own.url, rows(), { key: randomUUID() })
    expect(last).toMatchObject({ done: { created: 25_000 } })
    await own.kill('SIGTERM')
  }, 120_000)
})

describe('faults', () => {
  test('an import waits while PostgreSQL is unreachable for a moment, and then succeeds', async () => {
    const postgres = await proxyTo(stack.serviceUrls.intake)
    const own = await start('intake', { DATABASE_URL: postgres.url })
    const { promise: cut, resolve } = Promise.withResolvers<void>()
    async function* rows() {
      yield toNdjson([{ note: 'before' }])
      await cut
      yield toNdjson([{ note: 'meanwhile' }])
    }
    let done: unknown
    for await (const line of linesOf(await postImport(own.url, rows(), { key: randomUUID() }))) {
      if ('done' in line) done = line.done
      if (!('progress' in line) || line.progress.rows > 1) continue
      await postgres.cut()
      resolve()
      await eventually(async () => (await fetch(`${own.url}/readyz`)).status === 503)
      await postgres.heal()
    }
    expect(done).toEqual({ rows: 2, created: 2, replayed: 0, conflicts: 0, erased: 0, invalid: 0 })
    await own.kill('SIGTERM')
  })

  test('SIGTERM ends running imports and does not wait for their senders', async () => {
    const own = await start('intake')
    async function* rows() {
      yield toNdjson([{ note: 'one' }])
      await new Promise(() => undefined)
    }
    const lines = linesOf(await postImport(own.url, rows(), { key: randomUUID() }))
    expect((await lines.next()).value).toMatchObject({ progress: { rows: 1 } })
    const late = sleep(9_000, 'late', { ref: false }) // running calls have ten seconds to finish
    const stopped = own.kill('SIGTERM')
    expect((await lines.next()).value).toMatchObject({ failed: { code: 'unavailable' }, progress: { rows: 1 } })
    expect((await lines.next()).done).toBe(true)
    expect(await Promise.race([stopped, late])).toBe(0)
  })
})

test('the OpenAPI document describes the import', async () => {
  type Content = { content: object }
  const { paths } = await bodyOf<{
    paths: Record<string, { post: { requestBody: Content; responses: Record<string, Content> } }>
  }>(fetch(`${intake.url}/openapi.json`))
  const operation = paths['/leads:import']?.post
  expect(Object.keys(operation?.requestBody.content ?? {})).toEqual(
    expect.arrayContaining(['application/x-ndjson', 'text/csv']),
  )
  expect(Object.keys(operation?.responses[200]?.content ?? {})).toEqual(['application/x-ndjson'])
})
