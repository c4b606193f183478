import { Agent, fetch } from 'undici'
import { expect, test } from 'vitest'
import { useCertificateFiles } from '../../../testkit/fixtures/certificate-files.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()
const { authority, files } = useCertificateFiles()
const RPC = '/leadtriage.triage.v1.TriageService/GetQueue'

test.each(['/call', '/healthz', '/nothing', '/%ff', '/echo', RPC])(
  'a browser that is shown a response (%s) loads nothing, sniffs no type and shows it in no frame',
  async (path) => {
    const { url } = await start()
    const { headers } = await fetch(`${url}${path}`)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(headers.has('strict-transport-security')).toBe(false)
    expect(headers.has('x-powered-by')).toBe(false)
  },
)

test('the pages of the API description have their own policy', async () => {
  const { url } = await start()
  const { headers } = await fetch(`${url}/docs/`)
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'self'; style-src 'self' 'unsafe-inline'/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test('with TLS a browser is told to use https from now on', async () => {
  const { url } = await start({ tls: { files } })
  const dispatcher = new Agent({ connect: { ca: authority.cert } })
  const { headers } = await fetch(`${url}/call`, { dispatcher })
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  await dispatcher.close()
})

test('behind a proxy with TLS, too', async () => {
  const { url } = await start()
  const stated = async (proto: string) =>
    (await fetch(`${url}/call`, { headers: { 'x-forwarded-proto': proto } })).headers.get('strict-transport-security')
  expect(await stated('https')).toBe('max-age=31536000')
  expect(await stated('http')).toBeNull()
})
