import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ServiceName } from '../../db/service-logins.ts'
import { generateKey, hashOfKey } from '../../lib/auth/api-key.ts'
import { exchange } from '../../testkit/clients/raw-http.ts'
import { bodyOf } from '../../testkit/clients/rest.ts'
import type { ServiceProcess } from '../../testkit/fixtures/services.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import type { Contract } from './contract.ts'
import { createContract } from './contract.ts'
import type { DescribedOperation, OpenApiDocument } from './document.ts'
import { exampleOf, operationsOf } from './document.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const start = useServices(stack)
const NAMES = ['intake', 'triage', 'insights'] as const
interface Described {
  readonly url: string
  readonly document: OpenApiDocument
  readonly contract: Contract
}
let services: Record<ServiceName, Described>
/** Insights with AUTH=on, where people sign in with {@link SECRET_KEY}. */
let signInUrl: string
const SECRET_KEY = generateKey('secret')

beforeAll(async () => {
  await storeKey(SECRET_KEY)
  ;({ url: signInUrl } = await start('insights', { AUTH: 'on' }))
  const described = await Promise.all(
    NAMES.map(async (name) => [name, await describeService(await start(name))] as const),
  )
  services = Object.fromEntries(described) as Record<ServiceName, Described>
})

async function storeKey(key: string): Promise<void> {
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
    values (${randomUUID()}, ${hashOfKey(key)}, 'lt_sk_…', 'secret', 'key', 'tests', ${['leads:write']}, 'test')`
}

async function describeService({ url }: ServiceProcess): Promise<Described> {
  const document = await bodyOf<OpenApiDocument>(fetch(`${url}/openapi.json`))
  return { url, document, contract: createContract(document) }
}

/** Calls a service, checks the response against the service's OpenAPI document, and returns the body. */
async function call(name: ServiceName, operationId: string, path: string, init: RequestInit = {}): Promise<unknown> {
  return services[name].contract.read(operationId, await fetch(`${services[name].url}${path}`, init))
}

const json = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const lead = (body: unknown, key: string = randomUUID()) => json('POST', body, { 'idempotency-key': key })
const rows = (body: string, type = 'text/csv'): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
})

const KEY = generateKey('publishable')
const form = (fields: Record<string, string>, accept = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { accept },
  body: new URLSearchParams(fields),
  redirect: 'manual',
})

function encodeBody(type: string, example: unknown): string | FormData | URLSearchParams {
  if (typeof example === 'string') return example
  if (type === 'application/x-www-form-urlencoded') return new URLSearchParams(example as Record<string, string>)
  if (type !== 'multipart/form-data') return JSON.stringify(example)
  const data = new FormData()
  for (const [name, value] of Object.entries(example as Record<string, string>)) data.set(name, value)
  return data
}

/** The request that "Try it out" at /docs sends if only the ids in the path, and the API key of a body, are filled in. */
function exampleRequest(
  document: OpenApiDocument,
  operation: DescribedOperation,
  ids: { lead_id: string; key_id: string },
  type?: string,
) {
  const { method, path, parameters = [], requestBody } = operation
  const query = new URLSearchParams()
  const headers = new Headers()
  for (const { in: place, name, example } of parameters) {
    if (example !== undefined && place === 'query') query.set(name, String(example))
    if (example !== undefined && place === 'header') headers.set(name, String(example))
  }
  const media = requestBody?.content[type ?? '']
  if (type !== undefined) headers.set('content-type', type)
  headers.set('sec-fetch-site', 'same-origin')
  const documented = media && exampleOf(document, media)
  const example = hasApiKey(documented) ? { ...documented, api_key: SECRET_KEY } : documented
  if (type === 'multipart/form-data') headers.delete('content-type') // `fetch` adds the boundary
  const examples: Record<string, string> = { ...ids, publishable_key: KEY }
  return {
    url: `${path.replace(/\{(\w+)\}/g, (_all, name: string) => examples[name] ?? '')}?${query}`,
    init: {
      method: method.toUpperCase(),
      headers,
      redirect: 'manual' as const,
      ...(media && { body: encodeBody(type ?? '', example) }),
    },
  }
}

function hasApiKey(example: unknown): example is { api_key: string } {
  return typeof example === 'object' && example !== null && 'api_key' in example
}

async function createKey(): Promise<string> {
  const fields = { name: 'A key', client_id: 'website', scopes: ['leads:write'] }
  const { key } = (await call('intake', 'createKey', '/keys', json('POST', fields))) as { key: { id: string } }
  return key.id
}

async function createLead(key?: string): Promise<string> {
  const created = (await call('intake', 'createLead', '/leads/', lead({ note: 'Bonjour' }, key))) as { id: string }
  return created.id
}

/** Stores a lead with an insight and then a dead letter. In the other order, the insight would delete the dead letter. */
async function deadLetter(): Promise<string> {
  const id = await createLead()
  const insight = await call('insights', 'getInsight', `/leads/${id}/insight?wait=10s`)
  expect(insight).toMatchObject({ lead_id: id })
  await stack.sql`
    insert into dead_letters (lead_id, generation, reason, error, attempts) values (${id}, 1, 'failed', 'x', 5)`
  return id
}

test('the examples in the documents work unchanged', async () => {
  const dead = await deadLetter()
  for (const name of NAMES) {
    const { url, document, contract } = services[name]
    for (const operation of operationsOf(document)) {
      for (const type of Object.keys(operation.requestBody?.content ?? { none: undefined })) {
        const leadId = operation.operationId === 'deleteLead' ? await createLead() : dead
        const ids = { lead_id: leadId, key_id: await createKey() }
        const request = exampleRequest(document, operation, ids, type === 'none' ? undefined : type)
        const base = operation.path.startsWith('/auth/') ? signInUrl : url
        const response = await fetch(`${base}${request.url}`, request.init)
        await contract.read(operation.operationId, response)
        expect(response.ok || response.status === 303, `${operation.operationId} ${type}: ${response.status}`).toBe(
          true,
        )
      }
    }
  }
})

describe('responses are as documented, without additional fields or headers:', () => {
  test('leads that are stored, replayed, in conflict and rejected', async () => {
    const key = randomUUID()
    const { id } = (await call('intake', 'createLead', '/leads/', lead({ note: 'Hello' }, key))) as { id: string }
    await call('intake', 'createLead', '/leads', lead({ note: 'Hello' }, key))
    await call('intake', 'createLead', '/leads/', lead({ note: 'Something else' }, key))
    await call('intake', 'createLead', '/leads/', lead({ note: '', colour: 'red' }))
    await call('intake', 'createLead', '/leads/', lead('{"note": "x"'))
    await call('intake', 'createLead', '/leads/', { method: 'POST', body: 'note=x' })
    await call('intake', 'createLead', '/leads/', lead({ note: 'x'.repeat(300_000) }))
    await call('intake', 'getLead', `/leads/${id}`)
    await call('intake', 'getLead', `/leads/${randomUUID()}`)
    await call('intake', 'getLead', '/leads/7')
  })

  test('forms', async () => {
    const path = `/forms/${KEY}`
    const key = randomUUID()
    await call('intake', 'submitForm', path, form({ message: 'Hello', idempotency_key: key }))
    await call('intake', 'submitForm', path, form({ message: 'Hello', idempotency_key: key }))
    await call('intake', 'submitForm', path, form({ message: 'Something else', idempotency_key: key }))
    await call('intake', 'submitForm', path, form({ message: 'Hello' }, 'text/html'))
    await call('intake', 'submitForm', path, form({ email: 'nonsense' }))
    await call('intake', 'submitForm', path, form({ message: 'x'.repeat(300_000) }))
    await call('intake', 'submitForm', path, json('POST', {}, { accept: 'application/json' }))
    const redirected = form({ message: 'Hello', _redirect: '/thanks' }, 'text/html')
    const headers = { ...redirected.headers, origin: services.intake.url }
    await call('intake', 'submitForm', path, { ...redirected, headers })
    const erased = randomUUID()
    const lead = await bodyOf<{ id: string }>(
      fetch(`${services.intake.url}${path}`, form({ message: 'Hello', idempotency_key: erased })),
    )
    await fetch(`${services.intake.url}/leads/${lead.id}`, { method: 'DELETE' })
    await call('intake', 'submitForm', path, form({ message: 'Hello', idempotency_key: erased }))
  })

  test('imports', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    await call('intake', 'createLead', '/leads/', lead({ note: 'taken' }, second))
    const file = `idempotency_key,email,note\n${first},,Hi\n${second},,other\n${randomUUID()},invalid,Hi\n`
    const lines = await call('intake', 'importLeads', '/leads:import', rows(file))
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ row: 2, outcome: 'conflict' }),
        expect.objectContaining({ row: 3, outcome: 'invalid' }),
        { done: expect.objectContaining({ rows: 3, created: 1 }) },
      ]),
    )
    await call('intake', 'importLeads', '/leads:import', rows('{"note"', 'application/x-ndjson'))
    await call('intake', 'importLeads', '/leads:import', rows('colour\nred\n'))
    await call('intake', 'importLeads', '/leads:import', rows('<xml/>', 'application/xml'))
  })

  test('erasures, and a retry of an erased lead', async () => {
    const key = randomUUID()
    const id = await createLead(key)
    await call('intake', 'deleteLead', `/leads/${id}`, { method: 'DELETE' })
    await call('intake', 'deleteLead', `/leads/${randomUUID()}`, { method: 'DELETE' })
    await call('intake', 'deleteLead', '/leads/7', { method: 'DELETE' })
    await call('intake', 'createLead', '/leads/', lead({ note: 'Bonjour' }, key))
    const lines = await call('intake', 'importLeads', '/leads:import', rows(`idempotency_key,note\n${key},Bonjour\n`))
    expect(lines).toEqual(expect.arrayContaining([expect.objectContaining({ row: 1, outcome: 'erased' })]))
    const eraseSubject = (init: RequestInit) => call('intake', 'eraseSubject', '/leads:erase-subject', init)
    expect(await eraseSubject(json('POST', { phone: '+49 30 1234' }))).toEqual({ leads: 0 })
    await eraseSubject(json('POST', {}))
    await eraseSubject({ method: 'POST', body: 'email=x' })
    await eraseSubject(json('POST', { email: 'x'.repeat(300_000) }))
  })

  test('retriages', async () => {
    await call('intake', 'retriageLeads', '/leads:retriage', json('POST', { lead_ids: [randomUUID()], dry_run: true }))
    await call('intake', 'retriageLeads', '/leads:retriage', json('POST', { all: true, lead_ids: ['7'] }))
    await call('intake', 'retriageLeads', '/leads:retriage', { method: 'POST', body: 'all=true' })
    await call('intake', 'retriageLeads', '/leads:retriage', json('POST', { analyzer: 'x'.repeat(300_000) }))
  })

  test('keys and audit events', async () => {
    const id = await createKey()
    const body = json('POST', {})
    const publishable = { kind: 'publishable', name: 'Form', client_id: 'form', origins: ['https://www.example.com'] }
    await call('intake', 'createKey', '/keys', json('POST', { ...publishable, expires_at: '2100-01-01T00:00:00Z' }))
    await call('intake', 'createKey', '/keys', body)
    await call('intake', 'createKey', '/keys', { method: 'POST', body: 'name=x' })
    await call('intake', 'createKey', '/keys', json('POST', 'x'.repeat(300_000)))
    await call('intake', 'listKeys', '/keys?page_size=1')
    await call('intake', 'listKeys', '/keys?page_size=-1')
    await call('intake', 'rotateKey', `/keys/${id}:rotate`, body)
    await call('intake', 'rotateKey', `/keys/${randomUUID()}:rotate`, body)
    await call('intake', 'rotateKey', '/keys/7:rotate', body)
    await call('intake', 'rotateKey', `/keys/${id}:rotate`, { method: 'POST', body: 'x' })
    await call('intake', 'rotateKey', `/keys/${id}:rotate`, json('POST', 'x'.repeat(300_000)))
    await call('intake', 'revokeKey', `/keys/${id}:revoke`, { method: 'POST' })
    await call('intake', 'revokeKey', `/keys/${randomUUID()}:revoke`, { method: 'POST' })
    await call('intake', 'revokeKey', '/keys/7:revoke', { method: 'POST' })
    await call('intake', 'listAuditEvents', '/audit-events')
    await call('intake', 'listAuditEvents', '/audit-events?after=soon')
  })

  test('insights that exist, are awaited or failed, and unknown leads', async () => {
    const { id } = (await call('intake', 'createLead', '/leads/', lead({ note: 'A quote, please' }))) as { id: string }
    await call('insights', 'getInsight', `/leads/${id}/insight`, { headers: { prefer: 'wait=10' } })
    const [{ id: pending = '' } = {}] = await stack.sql<{ id: string }[]>`
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
      select gen_random_uuid(), client_id, gen_random_uuid(), request_hash, note, content_hash from leads limit 1
      returning id`
    await call('insights', 'getInsight', `/leads/${pending}/insight`)
    await call('insights', 'getInsight', `/leads/${randomUUID()}/insight?wait=1s`)
    await call('insights', 'getInsight', '/leads/7/insight')
    await call('insights', 'getInsight', `/leads/${id}/insight?wait=soon`)
  })

  test('statistics', async () => {
    await call('insights', 'getStats', '/stats?breakdown=client&interval=hour')
    await call('insights', 'getStats', '/stats?breakdown=source&client=unknown')
    await call('insights', 'getStats', '/stats?interval=week')
  })

  test('overviews', async () => {
    const dead = await deadLetter()
    await call('insights', 'correctInsight', `/leads/${dead}/corrections`, json('POST', { spam: true, comment: 'x' }))
    expect(await call('insights', 'getLeadOverview', `/leads/${dead}/overview`)).toMatchObject({
      corrections: [{ comment: 'x' }],
      dead_letter: { reason: 'failed' },
    })
    await call('insights', 'getLeadOverview', `/leads/${randomUUID()}/overview`)
    await call('insights', 'getLeadOverview', '/leads/7/overview')
  })

  test('corrections', async () => {
    const id = await createLead()
    await call('insights', 'getInsight', `/leads/${id}/insight?wait=10s`)
    const correct = (init: RequestInit, leadId = id) =>
      call('insights', 'correctInsight', `/leads/${leadId}/corrections`, init)
    const request = { spam: true, comment: 'Casino', request_id: randomUUID() }
    await correct(json('POST', request))
    await correct(json('POST', request))
    await correct(json('POST', { ...request, spam: false }))
    await correct(json('POST', { comment: 'corrects nothing' }))
    await correct(json('POST', { spam: true }), randomUUID())
    await correct({ method: 'POST', body: 'spam=true' })
    await call('insights', 'listCorrections', '/corrections?page_size=1')
    await call('insights', 'listCorrections', '/corrections?page_size=x')
    await correct(json('POST', { comment: 'x'.repeat(300_000) }))
  })

  test('sessions', async () => {
    const call = async (operationId: string, path: string, init: RequestInit = {}, site = 'same-origin') => {
      const headers = { ...init.headers, 'sec-fetch-site': site }
      const response = await fetch(`${signInUrl}${path}`, { ...init, headers })
      return { response, body: await services.insights.contract.read(operationId, response) }
    }
    const body = json('POST', { api_key: SECRET_KEY })
    const { response } = await call('signInWithKey', '/auth/sign-in', body)
    const headers = { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' }
    expect(await call('getSession', '/auth/session', { headers })).toMatchObject({ body: { signed_in: true } })
    await call('getSession', '/auth/session')
    await services.insights.contract.read('getSession', await fetch(`${services.insights.url}/auth/session`))
    await call('signOut', '/auth/sign-out', { method: 'POST', headers })
    await call('signOut', '/auth/sign-out', { method: 'POST' })
    await call('signOut', '/auth/sign-out', { method: 'POST', headers }, 'cross-site')

    const url = `${services.insights.url}/auth/sign-in`
    await services.insights.contract.read('signInWithKey', await fetch(url, body)) // AUTH=off has no sign-in
    await call('signInWithKey', '/auth/sign-in', json('POST', { api_key: generateKey('secret') }))
    await call('signInWithKey', '/auth/sign-in', body, 'cross-site')
    await call('signInWithKey', '/auth/sign-in', json('POST', { api_key: 7 }))
    await call('signInWithKey', '/auth/sign-in', { method: 'POST', body: 'api_key=x' })
    await call('signInWithKey', '/auth/sign-in', json('POST', { api_key: 'x'.repeat(300_000) }))
    expect([...services.insights.contract.seen]).toEqual(
      expect.arrayContaining(['signInWithKey 401', 'signInWithKey 403', 'signOut 403']),
    )
  })

  test('the list of insights', async () => {
    await call('insights', 'listInsights', '/insights?order=newest&count=true&state=open&state=pending')
    await call('insights', 'listInsights', '/insights?priority=P9')
    await call('insights', 'listInsights', '/insights?unknown=1')
    await call('insights', 'exportInsights', '/insights:export?format=ndjson&state=open')
    await call('insights', 'exportInsights', '/insights:export?state=open')
    await call('insights', 'exportInsights', '/insights:export?format=xlsx')
  })

  test('the stream of insights', async () => {
    await call('insights', 'watchInsights', '/insights/stream')
    await call('insights', 'watchInsights', '/insights/stream?include_open=true')
    await call('insights', 'watchInsights', '/insights/stream?priority=P9')
  })

  test('the queue and dead letters', async () => {
    const dead = await deadLetter()
    await call('triage', 'getQueue', '/queue')
    await call('triage', 'listDeadLetters', '/dead-letters?page_size=1')
    await call('triage', 'listDeadLetters', '/dead-letters?reason=unknown')
    await call('triage', 'getDeadLetter', `/dead-letters/${dead}`)
    await call('triage', 'getDeadLetter', `/dead-letters/${randomUUID()}`)
    await call('triage', 'getDeadLetter', '/dead-letters/7')
    await call('triage', 'redriveDeadLetters', '/dead-letters:redrive', json('POST', { lead_ids: [dead] }))
    await call('triage', 'redriveDeadLetters', '/dead-letters:redrive', json('POST', {}))
    await call('triage', 'redriveDeadLetters', '/dead-letters:redrive', json('POST', [1]))
    await call('triage', 'redriveDeadLetters', '/dead-letters:redrive', { method: 'POST', body: 'all=true' })
    await call('triage', 'redriveDeadLetters', '/dead-letters:redrive', json('POST', 'x'.repeat(300_000)))
  })

  test('requests that are invalid HTTP', async () => {
    const { url, contract } = services.intake
    const { hostname: host, port } = new URL(url)
    const get = (header: string) => `GET /leads/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n\r\n`
    for (const bytes of ['nonsense\r\n\r\n', get('Expect: unknown'), get(`X-Long: ${'x'.repeat(17_000)}`)]) {
      for (const { status, headers, body } of await exchange({ host, port: Number(port) }, bytes)) {
        await contract.read('getLead', new Response(body, { status, headers }))
      }
    }
    expect(contract.seen).toContain('getLead 400')
    expect(contract.seen).toContain('getLead 417')
    expect(contract.seen).toContain('getLead 431')
  })

  test('a service whose database is unreachable', async () => {
    const database = await proxyTo(stack.serviceUrls.intake)
    const { url } = await start('intake', { DATABASE_URL: database.url })
    await database.cut()
    const response = await fetch(`${url}/leads/`, lead({ note: 'Hello' }))
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    await services.intake.contract.read('createLead', response)
    expect(services.intake.contract.seen).toContain('createLead 503')
  })

  test('a call without a credential, and one whose credential lacks the scope', async () => {
    const { url } = await start('intake', { AUTH: 'on' })
    const { contract } = services.intake
    await contract.read('getLead', await fetch(`${url}/leads/${randomUUID()}`))
    const headers = { authorization: `Bearer ${SECRET_KEY}` }
    await contract.read('getLead', await fetch(`${url}/leads/${randomUUID()}`, { headers }))
    expect([...contract.seen]).toEqual(expect.arrayContaining(['getLead 401', 'getLead 403']))
  })

  /** Shared by all operations and tested above for one of them, except 408 and 500, which are hard to provoke. */
  const ANY_OPERATION = /(400|401|403|408|417|429|431|500|503)$/

  test('every response that is specific to an operation was seen', () => {
    for (const name of NAMES) {
      const { documented, seen } = services[name].contract
      expect([...documented].filter((response) => !seen.has(response) && !ANY_OPERATION.test(response))).toEqual([])
    }
  })
})
