import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useSignIn } from '../fixtures/sign-in.ts'
import { CHROMIUM, useChromium } from './chromium.ts'

/*
 * Sign-in in a real browser: whether it keeps and sends the cookies, and what pages of other origins can do with them.
 * Skipped without Chromium.
 */

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  const at = useSignIn(useStack())
  const browser = useChromium()

  /** Signs the person in; the page is then one of insights. */
  async function signIn(): Promise<Page> {
    const page = await (await browser().newContext()).newPage()
    await page.goto(`${at.url}/auth/sign-in?return_to=/docs/`)
    expect(page.url()).toBe(`${at.url}/docs/`)
    return page
  }
  const isSignedIn = (page: Page) => page.evaluate('fetch("/auth/session").then(r => r.json()).then(b => b.signed_in)')
  /** The status of a request with cookies that a script of the page sends; 0 when it may not read the response. */
  const post = (page: Page, url: string) => {
    const mode = new URL(page.url()).origin === at.url ? 'cors' : 'no-cors' // without a preflight
    const init = JSON.stringify({ method: 'POST', mode, credentials: 'include' })
    return page.evaluate(`fetch(${JSON.stringify(url)}, ${init}).then(r => r.status, () => 0)`)
  }

  test('a person signs in over the provider and out again, and no script can read the session id', async () => {
    const page = await signIn()
    expect(await isSignedIn(page)).toBe(true)
    expect(await page.evaluate('document.cookie')).toBe('')
    const cookies = await page.context().cookies(at.url)
    expect(cookies).toMatchObject([{ name: '__Host-leadtriage', httpOnly: true, secure: true, sameSite: 'Lax' }])
    expect(await post(page, `${at.url}/auth/sign-out`)).toBe(200)
    expect(await isSignedIn(page)).toBe(false)
    expect(await page.context().cookies(at.url)).toEqual([])
    await page.context().close()
  })

  test('pages of another site, and of another port of the same host, cannot use the session', async () => {
    const page = await signIn()
    const { port } = new URL(at.provider.issuer)
    for (const origin of [at.provider.issuer, `http://localhost:${port}`]) {
      await page.goto(`${origin}/a-page-of-another-origin`)
      expect(await post(page, `${at.url}/auth/sign-out`)).toBe(0)
      await page.goto(`${at.url}/docs/`)
      expect(await isSignedIn(page), origin).toBe(true)
    }
    await page.context().close()
  })

  test('a person without a role reads why', async () => {
    at.provider.person.roles = []
    const page = await (await browser().newContext()).newPage()
    const response = await page.goto(`${at.url}/auth/sign-in`)
    expect(response?.status()).toBe(403)
    expect(await page.locator('h1').textContent()).toBe('Not signed in')
    expect(await page.locator('p').first().textContent()).toContain('You have no role here')
    expect(await page.context().cookies(at.url)).toEqual([])
    await page.context().close()
  })
})
