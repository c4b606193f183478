import { randomUUID } from 'node:crypto'
import { toBinary } from '@bufbuild/protobuf'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  ExportInsightsResponseSchema,
  InsightsService,
} from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { generateKey, hashOfKey, hintOfKey } from '../../../lib/auth/api-key.ts'
import { ANONYMOUS } from '../../../lib/auth/principal.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { createReads } from '../../../lib/postgres/reads.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import type { ProblemBody } from '../../../testkit/clients/rest.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import type { ServiceProcess } from '../../../testkit/fixtures/services.ts'
import { useServices } from '../../../testkit/fixtures/services.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createExport } from './export-insights.ts'
import { createFacetFrequencies } from './facet-frequencies.ts'
import type { LeadInsight } from './lead-insight.ts'
import { createListStore } from './list-store.ts'

const stack = useStack()
const start = useServices(stack)
/** Leads with an insight; every tenth has a note that a spreadsheet would take for a formula. */
const LEADS = 1_200
const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1+1']
let insights: ServiceProcess

beforeAll(async () => {
  const formulas = FORMULAS.map((formula) => `'${formula}'`).join(', ')
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, name, note, content_hash, created_at)
    select gen_random_uuid(), 'website', gen_random_uuid(), '\\x00', 'Größe, "quoted"',
           case when n % 10 = 0 then (array[${stack.sql.unsafe(formulas)}])[1 + (n / 10) % ${FORMULAS.length}]
                else E'note\\nof two lines' end,
           'hash', now() - make_interval(secs => n)
    from generate_series(1, ${LEADS}) n`
  await stack.sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer, client_id, received_at)
    select id, gen_random_uuid(), 1, 'final', 'hash', 'buy', 'P1', 'email', 0.5, '{demo,pricing}',
           '[{"text": "=asks for a demo", "start": 0, "end": 1, "weight": 1}]', 'en', 'test@1', client_id, created_at
    from leads`
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${randomUUID()}, 'website', ${randomUUID()}, '\\x00', 'waiting', 'hash')`
  insights = await start('insights')
})

const exported = (query: string) => fetch(`${insights.url}/insights:export?${query}`)

test('CSV has every lead once, oldest first, and is read back by a parser', async () => {
  const response = await exported('')
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="insights.csv"')
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer())
  expect(text.startsWith('\ufefflead_id,created_at,')).toBe(true)
  const rows = parse<Record<string, string>>(text, { bom: true, columns: true })
  expect(rows).toHaveLength(LEADS + 1)
  expect(new Set(rows.map(({ lead_id }) => lead_id)).size).toBe(LEADS + 1)
  const times = rows.map(({ created_at }) => created_at)
  expect(times).toEqual(times.toSorted())
  expect(rows[0]).toMatchObject({ state: 'open', priority: 'P1', tags: 'demo pricing', name: 'Größe, "quoted"' })
  expect(rows.at(-1)).toMatchObject({ state: 'pending', note: 'waiting', priority: '' })
})

test('no cell of CSV starts like a formula', async () => {
  const rows = parse<Record<string, string>>(await (await exported('')).text(), { bom: true, columns: true })
  for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
  const notes = new Set(rows.map(({ note }) => note))
  for (const formula of FORMULAS) expect(notes).toContain(`'${formula}`)
  expect(rows[0]?.reasons).toBe("'=asks for a demo")
})

test('NDJSON has the leads of the filter as the list has them', async () => {
  const response = await exported('format=ndjson&text=waiting')
  const lines = (await response.text()).trimEnd().split('\n')
  const listed: object[] = []
  let token = ''
  do {
    type Page = { insights: object[]; next_page_token: string | null }
    const page = await bodyOf<Page>(fetch(`${insights.url}/insights?text=waiting&page_token=${token}`))
    listed.push(...page.insights)
    token = page.next_page_token ?? ''
  } while (token !== '') // a page may be short, or even empty, when it takes long
  expect(lines.map((line) => JSON.parse(line))).toEqual(listed)
  expect(listed).toHaveLength(1)
})

test('a parameter may be repeated, as in the list', async () => {
  const lines = (await (await exported('format=ndjson&state=pending&state=dead_lettered')).text()).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { state: string }).state)).toEqual(['pending'])
})

test('an export without leads is a file without rows', async () => {
  expect(await (await exported('source=nowhere')).text()).toMatch(/^lead_id,[a-z_,]*\r\n$/)
  expect(await (await exported('source=nowhere&format=ndjson')).text()).toBe('')
})

test('an invalid request is answered with a problem, which is no file', async () => {
  for (const [query, path] of [
    ['format=xlsx', 'format'],
    ['format=toString', 'format'],
    ['priority=P9', 'priority'],
    ['page_size=5', 'page_size'],
  ]) {
    const response = await exported(query ?? '')
    expect(response.status).toBe(422)
    expect(response.headers.has('content-disposition')).toBe(false)
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({ errors: [{ path }] })
  }
})

test.each([
  ['Connect', createConnectTransport({ baseUrl: 'http://x', httpVersion: '1.1' })],
  ['gRPC-Web', createGrpcWebTransport({ baseUrl: 'http://x', httpVersion: '1.1' })],
  ['gRPC', createGrpcTransport({ baseUrl: 'http://x' })],
])('the stream over %s has every lead once, and the errors of the list', async (name) => {
  const options = { baseUrl: insights.url, httpVersion: '1.1' } as const
  const transport = {
    Connect: () => createConnectTransport(options),
    'gRPC-Web': () => createGrpcWebTransport(options),
    gRPC: () => createGrpcTransport({ baseUrl: insights.url }),
  }[name] as () => ReturnType<typeof createGrpcTransport>
  const client = createClient(InsightsService, transport())
  const ids = new Set<string | undefined>()
  for await (const { insights: rows } of client.exportInsights({})) for (const { lead } of rows) ids.add(lead?.id)
  expect(ids.size).toBe(LEADS + 1)
  const failing = async () => {
    for await (const _ of client.exportInsights({ filter: { tags: [''] } })) expect.unreachable()
  }
  await expect(failing()).rejects.toThrow('tags[0] must not be empty')
})

describe('without leads:read', () => {
  test('the personal data of leads is left out, and cannot be looked for', async () => {
    const key = generateKey('secret')
    await stack.sql`
      insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
      values (${randomUUID()}, ${hashOfKey(key)}, ${hintOfKey(key)}, 'secret', 'k', 'c', '{insights:read}', 'test')`
    const { url } = await start('insights', { AUTH: 'on' })
    const headers = { authorization: `Bearer ${key}` }
    const text = await (await fetch(`${url}/insights:export`, { headers })).text()
    expect(text).toContain('asks for a demo')
    for (const personal of ['Größe', 'two lines', 'waiting']) expect(text).not.toContain(personal)
    expect((await fetch(`${url}/insights:export?text=waiting`, { headers })).status).toBe(403)
  })
})

test('a batch is read only after the one before was taken', async () => {
  const connection = { url: stack.serviceUrls.insights, applicationName: 'export', log: captureLog().log }
  const sql = connectPostgres({ ...connection, maxConnections: 1 })
  const reader = createReads({ ...connection, connections: 1 })
  const store = createListStore(reader, createFacetFrequencies(sql))
  let reads = 0
  const counted = {
    readPage: (...page: Parameters<typeof store.readPage>) => {
      reads += 1
      return store.readPage(...page)
    },
  }
  const batches = createExport(counted)({}, ANONYMOUS)
  expect((await batches.next()).value).toHaveLength(250)
  expect((await batches.next()).value).toHaveLength(250)
  expect(reads).toBe(2)
  await batches.return()
  await Promise.all([sql.end(), reader.end()])
})

test('more exports than a process takes at a time are told to retry, until one has ended', async () => {
  const readPage = async () => ({ rows: [], next: { rank: '', receivedAt: new Date(), leadId: '' } as const })
  const endless = createExport({ readPage: async () => ({ ...(await readPage()), rows: [{} as LeadInsight] }) })
  const exports = Array.from({ length: 4 }, () => endless({}, ANONYMOUS))
  for (const batches of exports) await batches.next()
  await expect(endless({}, ANONYMOUS).next()).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 30 })
  await exports[0]?.return()
  expect((await endless({}, ANONYMOUS).next()).done).toBe(false)
})

test('messages of long notes stay below what clients of gRPC accept', async () => {
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, source)
    select gen_random_uuid(), 'website', gen_random_uuid(), '\\x00', repeat('ж', 20000), 'hash', 'long'
    from generate_series(1, 120) n`
  const client = createClient(InsightsService, createGrpcTransport({ baseUrl: insights.url }))
  let leads = 0
  for await (const message of client.exportInsights({ filter: { sources: ['long'] } })) {
    leads += message.insights.length
    expect(toBinary(ExportInsightsResponseSchema, message).length).toBeLessThan(4_000_000)
  }
  expect(leads).toBe(120)
})
