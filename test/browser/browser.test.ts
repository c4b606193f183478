import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { generateKey, hashOfKey, hintOfKey } from '../../lib/auth/api-key.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useCertificateFiles } from '../../testkit/fixtures/certificate-files.ts'
import type { ServiceProcess } from '../../testkit/fixtures/services.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTestServers } from '../../testkit/fixtures/test-server.ts'
import { CHROMIUM, useChromium } from './chromium.ts'
import type { Call, Way } from './page-script.ts'
import { useSite } from './site.ts'

/*
 * Pages of another origin in a real browser: what they may do with a publishable key, and what the browser or the
 * service refuses. Skipped without Chromium.
 */

const WAYS = ['connect', 'grpcWeb', 'rest', 'formByScript'] as const satisfies readonly Way[]

if (CHROMIUM === undefined) console.warn('no Chromium: skipping the tests in a browser; CHROMIUM_BIN may name one')

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  const stack = useStack()
  const start = useServices(stack)
  const browser = useChromium()
  const key = generateKey('publishable')
  let intake: ServiceProcess
  const site = useSite(() => `${intake.url}/forms/${key}`)
  const pages: Page[] = []
  const startTestServer = useTestServers()
  const { files } = useCertificateFiles()

  beforeAll(async () => {
    await stack.sql`
      insert into api_keys (id, hash, hint, kind, name, client_id, scopes, origins, created_by)
      values (${randomUUID()}, ${hashOfKey(key)}, ${hintOfKey(key)}, 'publishable', 'form', 'website',
              ${['leads:write']}, ${[site().allowed]}, 'test')`
    intake = await start('intake', { AUTH: 'on' })
    // the origins of keys are read in the background
    const origin = { origin: site().allowed }
    await eventually(async () =>
      (await fetch(`${intake.url}/healthz`, { headers: origin })).headers.has('access-control-allow-origin'),
    )
  })
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close()
    await stack.sql`delete from leads`
  })

  async function open(url: string): Promise<Page> {
    const context = await browser().newContext({ ignoreHTTPSErrors: true }) // a certificate of the test
    const page = await context.newPage()
    pages.push(page)
    await page.goto(url)
    return page
  }

  /** Stores a lead by a script of a page, and returns what the page sees of the outcome. */
  async function storeFrom(origin: string, way: Way, more: Partial<Call> = {}): Promise<string> {
    const page = await open(origin)
    await page.waitForFunction('globalThis.storeLead !== undefined')
    const call = { url: intake.url, key, note: `by ${way}`, ...more }
    return page.evaluate(`storeLead[${JSON.stringify(way)}](${JSON.stringify(call)})`)
  }

  const leads = () => stack.sql`select client_id, name, email, note from leads`

  test.each(WAYS)('a page of an allowed origin stores a lead (%s)', async (way) => {
    expect(await storeFrom(site().allowed, way)).toBe('stored')
    expect(await leads()).toMatchObject([{ client_id: 'website', note: `by ${way}` }])
  })

  test.each(WAYS)('a page of another origin is refused, and nothing is stored (%s)', async (way) => {
    expect(await storeFrom(site().other, way)).toBe('blocked')
    expect(await leads()).toEqual([])
  })

  test('a page of an allowed origin can read why it is refused', async () => {
    const unknown = { key: generateKey('publishable') }
    expect(await storeFrom(site().allowed, 'rest', unknown)).toBe('unauthenticated, request named')
    expect(await storeFrom(site().allowed, 'formByScript', unknown)).toBe('unauthenticated, request named')
    expect(await storeFrom(site().allowed, 'connect', unknown)).toBe('code 16')
    expect(await storeFrom(site().allowed, 'grpcWeb', unknown)).toBe('code 16')
    expect(await storeFrom(site().allowed, 'rest', { note: '' })).toBe('invalid_request, request named')
  })

  async function fillIn(page: Page, fields: Record<string, string>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value)
  }
  const MESSAGE = { Name: 'Ada Lovelace', Email: 'ada@example.com', 'Company size': '20', Message: 'A quote, please' }
  const STORED = { name: 'Ada Lovelace', email: 'ada@example.com', note: 'A quote, please\n\ncompany size: 20' }

  test('a plain form of an allowed origin stores a lead and thanks', async () => {
    const page = await open(`${site().allowed}/form`)
    await fillIn(page, MESSAGE)
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Thank you' }).waitFor()
    await screenshot(page, 'thank-you')
    expect(await leads()).toMatchObject([STORED])
  })

  test('a plain form may lead back to its site', async () => {
    const page = await open(`${site().allowed}/form-with-redirect`)
    await fillIn(page, MESSAGE)
    await page.getByRole('button').click()
    await page.waitForURL(`${site().allowed}/thanks`)
    expect(await leads()).toMatchObject([STORED])
  })

  test('a plain form that is not valid says what to correct, and can be corrected with Back', async () => {
    const page = await open(`${site().allowed}/form`)
    await fillIn(page, { ...MESSAGE, Email: 'ada at example.com' })
    await page.getByRole('button').click()
    await page.getByText('must be an email address').waitFor()
    await screenshot(page, 'please-check')
    expect(await leads()).toEqual([])
    await page.goBack()
    await fillIn(page, MESSAGE)
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Thank you' }).waitFor()
    expect(await leads()).toMatchObject([STORED])
  })

  test('a plain form of another origin is refused, and nothing is stored', async () => {
    const page = await open(`${site().other}/form`)
    await fillIn(page, MESSAGE)
    const answer = page.waitForResponse((response) => response.url().startsWith(intake.url))
    await page.getByRole('button').click()
    expect((await answer).status()).toBe(403)
    await page.getByText('does not permit the origin of the page').waitFor()
    await screenshot(page, 'refused')
    expect(await leads()).toEqual([])
  })

  test('a plain form of a page without referrer is refused, and the answer says why', async () => {
    const page = await open(`${site().allowed}/no-referrer`)
    await fillIn(page, MESSAGE)
    await page.getByRole('button').click()
    await page.getByText('Referrer-Policy no-referrer').waitFor()
    expect(await leads()).toEqual([])
  })

  test('a double click on the button of a form, a reload, and a click after Back, store one lead', async () => {
    const page = await open(`${site().allowed}/form`)
    await fillIn(page, MESSAGE)
    let sent = 0
    page.on('request', (request) => {
      if (request.method() === 'POST') sent += 1
    })
    await page.getByRole('button').dblclick()
    await page.getByRole('heading', { name: 'Thank you' }).waitFor()
    await page.waitForLoadState('networkidle') // the second click may load the page again
    await page.reload()
    await page.getByRole('heading', { name: 'Thank you' }).waitFor()
    while (page.url() !== `${site().allowed}/form`) await page.goBack() // each click may be an entry of the history
    await fillIn(page, MESSAGE)
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Thank you' }).waitFor()
    expect(sent).toBeGreaterThan(1) // browsers may send one request for a double click
    expect(await leads()).toMatchObject([STORED])
  })

  test('a page of an allowed origin may call over TLS, where the browser could choose HTTP/2', async () => {
    const { url } = await startTestServer({ tls: { files }, isAllowedOrigin: (origin) => origin === site().allowed })
    const call = `fetch('${url}/call', { headers: { authorization: 'Bearer x' } }).then((r) => r.status, () => 'blocked')`
    expect(await (await open(site().allowed)).evaluate(call)).toBe(200)
    expect(await (await open(site().other)).evaluate(call)).toBe('blocked')
  })

  test('the API description works under its policy', async () => {
    const page = await open('about:blank')
    const errors: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(`${intake.url}/docs/`)
    await page.getByText('Store a lead, once per idempotency key').waitFor()
    expect(errors).toEqual([])
  })

  /** For a look at the pages: SCREENSHOTS names a folder. */
  async function screenshot(page: Page, name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` })
  }
})
