import { createHash, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { InsightBody, LeadBody, ProblemBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../testkit/clients/rest.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const NOTE = 'Need urgent pricing for 50 seats ASAP! Want to buy next week.'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
let insights: ServiceProcess

beforeAll(async () => {
  ;[intake, insights] = await Promise.all([start('intake'), start('insights'), start('triage')])
})

describe('the basic REST contract:', () => {
  test('a lead is stored, triaged, and its insight read back', async () => {
    const response = await postLead(intake.url, { email: 'buyer@example.com', note: NOTE, source: 'web' })
    expect(response.status).toBe(201)
    const lead = await bodyOf<LeadBody>(response)
    expect(lead).toEqual({
      id: expect.stringMatching(UUID),
      email: 'buyer@example.com',
      phone: null,
      name: null,
      note: NOTE,
      source: 'web',
      created_at: expect.any(String),
    })
    expect(new URL(response.headers.get('location') ?? '', response.url).href).toBe(`${intake.url}/leads/${lead.id}`)
    expect(await bodyOf(fetch(`${intake.url}/leads/${lead.id}`))).toEqual(lead)

    const insight = await bodyOf<InsightBody>(getInsight(insights.url, lead.id))
    expect(insight).toEqual({
      id: expect.stringMatching(UUID),
      lead_id: lead.id,
      content_hash: createHash('sha256').update(NOTE).digest('hex'),
      intent: 'buy',
      priority: expect.stringMatching(/^P[01]$/),
      next_action: insight.priority === 'P0' ? 'call' : 'email',
      confidence: expect.any(Number),
      tags: expect.arrayContaining(['enterprise', 'pricing', 'urgent']),
      reasons: expect.arrayContaining([
        { text: expect.any(String), start: expect.any(Number), end: expect.any(Number), weight: expect.any(Number) },
      ]),
      language: 'en',
      analyzer: 'rules@3',
      stage: 'final',
      generation: 1,
      created_at: expect.any(String),
      updated_at: insight.created_at,
      analyzer_verdict: null,
      corrected_at: null,
    })
  })

  test('the same key with the same body returns the stored lead, whatever the field order and white space', async () => {
    const key = randomUUID()
    const first = await bodyOf<LeadBody>(postLead(intake.url, { note: NOTE, email: 'a@example.com' }, key))
    const again = await postLead(
      intake.url,
      `{ "email": "a@example.com",\n "name": null, "note": "${NOTE}" }`,
      key.toUpperCase(),
    )
    expect(again.status).toBe(200)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await bodyOf(again)).toEqual(first)
  })

  test('the same key with another body is a conflict, and the stored lead does not change', async () => {
    const key = randomUUID()
    const lead = await bodyOf<LeadBody>(postLead(intake.url, { note: NOTE }, key))
    const response = await postLead(intake.url, { note: 'something else' }, key)
    expect(response.status).toBe(409)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await bodyOf(response)).toMatchObject({ code: 'idempotency_conflict', status: 409 })
    expect(await bodyOf(fetch(`${intake.url}/leads/${lead.id}`))).toEqual(lead)
  })

  test('POST /leads without the trailing slash works as well', async () => {
    const response = await fetch(`${intake.url}/leads`, {
      method: 'POST',
      headers: { 'idempotency-key': randomUUID(), 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ note: NOTE }),
    })
    expect(response.status).toBe(201)
  })

  test.each(['/leads', '/leads/', '/leads?x=1', '/leads/?x=/'])(
    'Location (POST %s) is relative to the request URL, so that the path prefix of a proxy is kept',
    async (path) => {
      const response = await fetch(`${intake.url}${path}`, {
        method: 'POST',
        headers: { 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
        body: JSON.stringify({ note: NOTE }),
      })
      const { id } = await bodyOf<LeadBody>(response)
      const location = response.headers.get('location') ?? ''
      expect(new URL(location, `https://example.com/intake${path}`).href).toBe(`https://example.com/intake/leads/${id}`)
    },
  )

  test('a quoted key, as in a structured header field, is the same key', async () => {
    const key = randomUUID()
    const first = await bodyOf<LeadBody>(postLead(intake.url, { note: NOTE }, key))
    const again = await postLead(intake.url, { note: NOTE }, `"${key}"`)
    expect(again.status).toBe(200)
    expect(await bodyOf(again)).toEqual(first)
  })

  test('a repeated key header is rejected, even if both values are equal', async () => {
    const key = randomUUID()
    const headers = new Headers({ 'content-type': 'application/json', 'idempotency-key': key })
    headers.append('idempotency-key', key)
    const response = await fetch(`${intake.url}/leads`, { method: 'POST', headers, body: '{"note":""}' })
    expect(response.status).toBe(422)
    expect((await bodyOf<ProblemBody>(response)).errors).toEqual([
      { path: 'Idempotency-Key', message: 'must be sent once, with one UUID' },
      { path: 'note', message: expect.any(String) },
    ])
  })

  test('leads, insights and errors are no-store', async () => {
    const created = await postLead(intake.url, { note: NOTE })
    const { id } = await bodyOf<LeadBody>(created)
    const rpc = (service: string, method: string, type: string) =>
      fetch(`${intake.url}/leadtriage.intake.v1.${service}/${method}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify({ leadId: id }),
      })
    const answers = [
      created,
      await fetch(`${intake.url}/leads/${id}`),
      await getInsight(insights.url, id),
      await fetch(`${intake.url}/leads/7`),
      await fetch(`${intake.url}/nothing`),
      await rpc('IntakeService', 'GetLead', 'application/json'),
      await rpc('IntakeService', 'GetLead', 'application/grpc-web+json'),
    ]
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
  })

  test('an unknown lead is not found, and an invalid UUID is rejected', async () => {
    const unknown = randomUUID()
    for (const url of [`${intake.url}/leads/${unknown}`, `${insights.url}/leads/${unknown}/insight`]) {
      const response = await fetch(url)
      expect(response.status).toBe(404)
      expect(await bodyOf(response)).toMatchObject({ code: 'lead_not_found' })
    }
    for (const url of [`${intake.url}/leads/7`, `${insights.url}/leads/7/insight`]) {
      const response = await fetch(url)
      expect(response.status).toBe(422)
      expect((await bodyOf<ProblemBody>(response)).errors?.[0]?.path).toBe('lead_id')
    }
  })
})

describe('an invalid request is rejected with the path of every invalid field:', () => {
  const cases: [name: string, body: unknown, paths: string[]][] = [
    ['a missing note', {}, ['note']],
    ['a blank note', { note: ' \n\t ' }, ['note']],
    ['a note that is null', { note: null }, ['note']],
    ['a note that is not a string', { note: 7 }, ['note']],
    ['a note that is too long', { note: 'x'.repeat(20_001) }, ['note']],
    ['a note with a null character', { note: 'a\u0000b' }, ['note']],
    ['a note with half a surrogate pair', '{"note":"a\\ud800b"}', ['note']],
    ['a bad email', { note: NOTE, email: 'no-at-sign' }, ['email']],
    ['an email without a dotted domain', { note: NOTE, email: 'a@b' }, ['email']],
    [
      'over-long fields',
      { note: NOTE, phone: '1'.repeat(65), name: 'n'.repeat(201), source: 's'.repeat(101) },
      ['phone', 'name', 'source'],
    ],
    ['an unknown field', { note: NOTE, budget: 5 }, ['budget']],
    ['keys of a prototype', '{"note":"n","__proto__":{},"constructor":{}}', ['__proto__', 'constructor']],
    ['several invalid fields', { note: '', email: 'x', colour: 'red' }, ['email', 'note', 'colour']],
    ['a body that is not an object', [1], ['']],
    ['a body that is not JSON', '{"note": ', ['']],
    ['an empty body', '', ['']],
  ]
  test.each(cases)('%s', async (_name, body, paths) => {
    const response = await postLead(intake.url, body)
    expect(response.status).toBe(422)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = await bodyOf<ProblemBody>(response)
    expect(problem.code).toBe('invalid_request')
    expect(problem.errors?.map(({ path }) => path).sort()).toEqual([...paths].sort())
  })

  test('a missing or invalid key, together with invalid fields of the body', async () => {
    for (const key of [{}, { 'idempotency-key': 'abc' }] as Record<string, string>[]) {
      const response = await fetch(`${intake.url}/leads/`, {
        method: 'POST',
        headers: { ...key, 'content-type': 'application/json' },
        body: '{"note":""}',
      })
      expect(response.status).toBe(422)
      expect((await bodyOf<ProblemBody>(response)).errors?.map(({ path }) => path)).toEqual(['Idempotency-Key', 'note'])
    }
  })

  test('a body with another content type', async () => {
    const response = await fetch(`${intake.url}/leads/`, {
      method: 'POST',
      headers: { 'idempotency-key': randomUUID(), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'note=hi',
    })
    expect(response.status).toBe(415)
    expect(await bodyOf(response)).toMatchObject({ code: 'unsupported_media_type' })
  })

  test('a body or a query that is not UTF-8', async () => {
    const headers = { 'idempotency-key': randomUUID(), 'content-type': 'application/json' }
    const body = Buffer.from('{"note":"caf\u00e9"}', 'latin1')
    const response = await fetch(`${intake.url}/leads`, { method: 'POST', headers, body })
    expect(response.status).toBe(422)
    expect((await bodyOf<ProblemBody>(response)).errors).toEqual([
      { path: '', message: 'the body must be UTF-8; it is not' },
    ])
    expect((await fetch(`${insights.url}/leads/${randomUUID()}/insight?wait=%ff`)).status).toBe(422)
  })

  test('a repeated query parameter', async () => {
    const response = await fetch(`${insights.url}/leads/${randomUUID()}/insight?wait=1s&wait=2s`)
    expect(response.status).toBe(422)
    expect((await bodyOf<ProblemBody>(response)).errors).toEqual([{ path: 'wait', message: 'must be given once' }])
  })

  test('none of these requests stored a lead', async () => {
    const [row] =
      await stack.sql`select count(*)::int as n from leads where note like '%budget%' or note like 'caf%' or note = 'hi'`
    expect(row?.n).toBe(0)
  })
})

describe('text is returned exactly as it was sent:', () => {
  test.each([
    ['quotes, backslashes and braces', 'He said "{\\"NULL\\"}", \\x and \'; drop table leads; --'],
    ['the text that means null in an array literal', 'NULL'],
    ['line ends, tabs and control characters', 'a\r\nb\tc\u0001d\u007f'],
    ['scripts, emoji and marks', 'Привет 你好 مرحبا 👩‍👩‍👧 e\u0301 \u202Eabc\u202C \uFEFF'],
    ['the longest note', 'я'.repeat(20_000)],
  ])('%s', async (_name, note) => {
    const email = 'анна@почта.рф'
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note, email, name: note.slice(0, 50) }))
    expect(await bodyOf(fetch(`${intake.url}/leads/${id}`))).toMatchObject({ note, email, name: note.slice(0, 50) })
    expect((await getInsight(insights.url, id)).status).toBe(200)
  })
})

test('a wait may be requested by header, and an invalid duration is rejected', async () => {
  const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note: NOTE }))
  const preferred = await fetch(`${insights.url}/leads/${id}/insight`, {
    headers: { prefer: 'respond-async, wait=10' },
  })
  expect(preferred.status).toBe(200)
  for (const wait of ['soon', '-1s', '61s']) {
    expect((await getInsight(insights.url, id, wait)).status).toBe(422)
  }
})

test('every service serves its OpenAPI document, docs, health, readiness and metrics', async () => {
  for (const { url } of [intake, insights]) {
    const description = await bodyOf<{ openapi: string; paths: object }>(fetch(`${url}/openapi.json`))
    expect(description.openapi).toMatch(/^3\.1/)
    expect(Object.keys(description.paths).length).toBeGreaterThan(0)
    expect(await (await fetch(`${url}/docs/`)).text()).toContain('swagger')
    expect(await bodyOf(fetch(`${url}/healthz`))).toEqual({ status: 'ok' })
    expect(await bodyOf(fetch(`${url}/readyz`))).toEqual({ status: 'ready', checks: { postgres: 'ok', nats: 'ok' } })
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('leadtriage_call_duration_seconds_bucket')
  }
})
