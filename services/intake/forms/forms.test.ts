import { randomUUID } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { generateKey, hashOfKey, hintOfKey } from '../../../lib/auth/api-key.ts'
import type { ProblemBody } from '../../../testkit/clients/rest.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import type { ServiceProcess } from '../../../testkit/fixtures/services.ts'
import { useServices } from '../../../testkit/fixtures/services.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { deriveKeys, WINDOW_MS } from './derive-keys.ts'

const stack = useStack()
const start = useServices(stack)
const ORIGIN = 'https://www.example.com'
const KEY = generateKey('publishable')
const KEY_ID = randomUUID()
let intake: ServiceProcess

beforeAll(async () => {
  await storeKey(KEY, { id: KEY_ID })
  intake = await start('intake', { AUTH: 'on' })
})
afterEach(async () => {
  await stack.sql`delete from leads`
})

async function storeKey(key: string, row: object = {}): Promise<void> {
  const kind = key.startsWith('lt_pk_') ? 'publishable' : 'secret'
  const stored = {
    id: randomUUID(),
    hash: hashOfKey(key),
    hint: hintOfKey(key),
    created_by: 'test',
    kind,
    name: 'form',
  }
  const origins = kind === 'publishable' ? [ORIGIN] : []
  const fields = { ...stored, client_id: 'website', scopes: ['leads:write'], origins, ...row }
  await stack.sql`insert into api_keys ${stack.sql(fields)}`
}

interface Sent {
  readonly key?: string
  readonly headers?: Record<string, string>
  readonly url?: string
}

/** Sends a form as a browser does that submits it. */
function submit(fields: Record<string, string>, { key = KEY, headers = {}, url = intake.url }: Sent = {}) {
  return fetch(`${url}/forms/${key}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: ORIGIN, accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...headers },
    redirect: 'manual',
  })
}
const JSON_CLIENT = { headers: { accept: 'application/json' } }

const leads = () => stack.sql`select client_id, email, phone, name, note, source from leads order by created_at`

describe('a form', () => {
  test('stores a lead of the client of its key, and leads to a page that thanks', async () => {
    const response = await submit({ name: 'Ada', email: 'ada@example.com', message: 'A quote, please', seats: '20' })
    expect(response.status).toBe(303)
    const page = await fetch(new URL(response.headers.get('location') ?? '', response.url))
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(await page.text()).toMatch(/<h1>Thank you<\/h1>/)
    expect(await leads()).toEqual([
      {
        client_id: 'website',
        email: 'ada@example.com',
        phone: null,
        name: 'Ada',
        note: 'A quote, please\n\nseats: 20',
        source: null,
      },
    ])
  })

  test('may be multipart, and is then stored in the same way', async () => {
    const body = new FormData()
    body.set('message', 'Grüße\r\nAda')
    body.set('file', new File([], ''))
    const headers = { origin: ORIGIN, accept: 'application/json' }
    const response = await fetch(`${intake.url}/forms/${KEY}`, { method: 'POST', body, headers })
    expect(response.status).toBe(201)
    expect(await leads()).toMatchObject([{ note: 'Grüße\nAda' }])
  })

  test('of a client that prefers JSON is answered with JSON, and its errors with problem details', async () => {
    const stored = await submit({ message: 'Hello', _redirect: '/thanks' }, JSON_CLIENT)
    expect(stored.status).toBe(201)
    const [lead] = await stack.sql`select id from leads`
    expect(await stored.json()).toEqual(lead)
    const invalid = await submit({ message: 'Hello', email: 'nonsense' }, JSON_CLIENT)
    expect(invalid.headers.get('content-type')).toContain('application/problem+json')
    expect(await bodyOf<ProblemBody>(invalid)).toMatchObject({ status: 422, errors: [{ path: 'email' }] })
  })

  test('that is not valid is answered with what to correct, by its own names and without markup of the sender', async () => {
    const response = await submit({ '<b>mail</b>': '"nonsense"', '_map[<b>mail</b>]': 'email', message: 'x' })
    expect(response.status).toBe(422)
    const page = await response.text()
    expect(page).toContain('<strong>&lt;b&gt;mail&lt;/b&gt;</strong> must be an email address')
    expect(page).not.toContain('nonsense')
    expect(await leads()).toEqual([])
  })

  test('without any text is not a lead', async () => {
    expect((await submit({})).status).toBe(422)
    expect(await (await submit({ email: 'ada@example.com' })).text()).toContain('<strong>note</strong>')
  })

  test('that cannot be stored is answered with a page, which says what to do', async () => {
    const response = await submit({ message: 'x'.repeat(300_000) })
    expect(response.status).toBe(413)
    expect(await response.text()).toMatch(/could not be sent.*owner of this website/s)
    const json = await fetch(`${intake.url}/forms/${KEY}`, {
      method: 'POST',
      body: '{}',
      headers: { origin: ORIGIN, 'content-type': 'application/json' },
    })
    expect(json.status).toBe(415)
    expect(await json.text()).toContain('application/x-www-form-urlencoded')
  })
})

describe('the credential of a form', () => {
  const secret = generateKey('secret')
  const revoked = generateKey('publishable')
  beforeAll(async () => {
    await storeKey(secret)
    await storeKey(revoked, { revoked_at: new Date() })
  })

  test.each([
    ['an unknown key', generateKey('publishable')],
    ['a truncated key', KEY.slice(0, -1)],
    ['a revoked key', revoked],
    ['a secret key', secret],
    ['a token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'],
  ])('cannot be %s in its path, whatever other credential the request has', async (_what, key) => {
    for (const authorization of [undefined, `Bearer ${secret}`, `Bearer ${KEY}`]) {
      const response = await submit({ message: 'x' }, { key, headers: authorization ? { authorization } : {} })
      expect(response.status).toBe(401)
    }
    expect(await leads()).toEqual([])
  })

  test.each([
    ['https://www.example.org', /does not permit the origin/],
    ['http://www.example.com', /does not permit the origin/],
    ['null', /Referrer-Policy no-referrer/],
  ])('is refused on a page of the origin %s, and the answer says why', async (origin, why) => {
    const response = await submit({ message: 'x' }, { headers: { origin } })
    expect(response.status).toBe(403)
    expect(await response.text()).toMatch(why)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
    expect(await leads()).toEqual([])
  })

  test('is refused without an origin', async () => {
    const response = await fetch(`${intake.url}/forms/${KEY}`, {
      method: 'POST',
      body: new URLSearchParams({ note: 'x' }),
    })
    expect(response.status).toBe(403)
  })
})

describe('the same form', () => {
  test('sent twice, even at the same time, is one lead', async () => {
    const fields = { message: 'Hello', email: 'ada@example.com' }
    const responses = await Promise.all([submit(fields, JSON_CLIENT), submit(fields, JSON_CLIENT)])
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 201])
    expect((await submit(fields, JSON_CLIENT)).headers.get('idempotent-replayed')).toBe('true')
    expect(await leads()).toHaveLength(1)
    await submit({ ...fields, message: 'Hello again' })
    expect(await leads()).toHaveLength(2)
  })

  test('sent in the window before is recognized, and stored again when it was two windows before', async () => {
    const lead = { email: null, phone: null, name: null, note: 'Hello', source: null }
    const sendAs = (key: string) => submit({ message: 'Hello', idempotency_key: key })
    const [earlier] = deriveKeys(`key:${KEY_ID}`, lead, Date.now() - 2 * WINDOW_MS)
    await sendAs(earlier)
    expect((await submit({ message: 'Hello' }, JSON_CLIENT)).status).toBe(201)
    await stack.sql`delete from leads`
    const [previous] = deriveKeys(`key:${KEY_ID}`, lead, Date.now() - WINDOW_MS)
    await sendAs(previous)
    expect((await submit({ message: 'Hello' }, JSON_CLIENT)).status).toBe(200)
    expect(await leads()).toHaveLength(1)
  })

  test('with another idempotency key is another lead, and with the same key a conflict when it differs', async () => {
    const key = randomUUID()
    expect((await submit({ message: 'Hello', idempotency_key: key }, JSON_CLIENT)).status).toBe(201)
    expect((await submit({ message: 'Hello', idempotency_key: key }, JSON_CLIENT)).status).toBe(200)
    expect((await submit({ message: 'Other', idempotency_key: key })).status).toBe(409)
    expect((await submit({ message: 'Hello', idempotency_key: randomUUID() }, JSON_CLIENT)).status).toBe(201)
    expect((await submit({ message: 'Hello', idempotency_key: 'mine' }, JSON_CLIENT)).status).toBe(422)
    expect(await leads()).toHaveLength(2)
  })
})

describe('a redirect', () => {
  test.each([
    ['https://www.example.com/thanks?a=1#b', 'https://www.example.com/thanks?a=1#b'],
    ['/thanks', 'https://www.example.com/thanks'],
    ['/thanks\r\nSet-Cookie: a=b', 'https://www.example.com/thanksSet-Cookie:%20a=b'],
  ])('to a page of the same site (%j) is followed', async (_redirect, location) => {
    const response = await submit({ message: 'Hello', _redirect })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(location)
    expect(await leads()).toHaveLength(1)
  })

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '\\\\evil.example\\',
    'https://www.example.com.evil.example/',
    'https://www.example.com@evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'http://www.example.com/',
    'https://',
  ])('to another place (%s) is refused, and nothing is stored', async (_redirect) => {
    const response = await submit({ message: 'Hello', _redirect })
    expect(response.status).toBe(422)
    expect(response.headers.has('location')).toBe(false)
    expect(await response.text()).toContain('_redirect')
    expect(await leads()).toEqual([])
  })
})

test.each(['_honeypot', '_gotcha'])(
  'a program that fills in %s gets the usual answer; nothing is stored',
  async (trap) => {
    const trapped = async () => {
      const metrics = await (await fetch(`${intake.url}/metrics`)).text()
      return Number(/^leadtriage_trapped_forms_total\{[^}]*\} (\d+)/m.exec(metrics)?.[1])
    }
    const before = await trapped()
    const [caught, stored] = [await submit({ message: 'Buy', [trap]: 'x' }), await submit({ message: 'Buy now' })]
    expect(caught.status).toBe(stored.status)
    expect(caught.headers.get('location')).toBe(stored.headers.get('location'))
    expect((await submit({ message: 'Buy', [trap]: 'x', _redirect: '/thanks' })).status).toBe(303)
    const body = await bodyOf<{ id: string }>(submit({ message: 'Buy', [trap]: 'x' }, JSON_CLIENT))
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await leads()).toMatchObject([{ note: 'Buy now' }])
    expect(await trapped()).toBe(before + 3)
  },
)

test('neither the key nor anything that people wrote is in the log or the metrics', async () => {
  const CANARY = 'canary-4711'
  await submit({ message: CANARY, [CANARY]: CANARY })
  await submit({ message: CANARY, email: CANARY })
  await submit({ message: CANARY }, { headers: { origin: 'https://www.example.org' } })
  await fetch(`${intake.url}/forms/${KEY}`)
  const metrics = await (await fetch(`${intake.url}/metrics`)).text()
  for (const text of [intake.output(), metrics]) {
    expect(text).toContain('POST /forms/:publishable_key')
    expect(text).not.toContain(KEY)
    expect(text).not.toContain(CANARY)
  }
})

test('the API description says that the credential is in the path, and the scope of every other operation', async () => {
  const { paths } = (await (await fetch(`${intake.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: object[] }>>
  }
  expect(paths['/forms/{publishable_key}']?.post?.security).toEqual([])
  expect(paths['/leads']?.post?.security).toEqual([{ bearer: ['leads:write'] }, { session: ['leads:write'] }])
})

describe('with AUTH=off', () => {
  test('pages of CORS_ORIGINS and programs can send forms, and other pages cannot', async () => {
    const { url } = await start('intake', { AUTH: 'off', CORS_ORIGINS: ORIGIN })
    const send = (origin: string) => submit({ message: 'Hello' }, { url, key: 'any', headers: { origin } })
    expect((await send('https://www.example.org')).status).toBe(403)
    expect((await send('null')).status).toBe(403)
    expect(await leads()).toEqual([])
    expect((await send(ORIGIN)).status).toBe(303)
    expect((await send(url)).status).toBe(303)
    const program = await fetch(`${url}/forms/any`, { method: 'POST', body: new URLSearchParams({ message: 'Hi' }) })
    expect(program.status).toBe(200) // of the page that it was led to
    expect(await leads()).toHaveLength(2)
  })
})
