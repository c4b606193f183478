import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ProblemBody } from '../../../testkit/clients/rest.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

async function echo(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
  const { url } = await start()
  return fetch(`${url}/echo`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return bodyOf<ProblemBody & { detail: string }>(response)
}

describe('a body that is not UTF-8 is rejected, not repaired with U+FFFD', () => {
  test.each([
    ['a byte that never occurs in UTF-8', [0xff]],
    ['a truncated character', [0xe2, 0x82]],
    ['an unpaired surrogate', [0xed, 0xa0, 0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['Latin-1', [...Buffer.from('café', 'latin1')]],
  ])('%s', async (_what, bytes) => {
    const problem = await problemOf(await echo(Buffer.from([0x22, ...bytes, 0x22])))
    expect(problem).toMatchObject({
      status: 422,
      code: 'invalid_request',
      errors: [{ path: '', message: 'the body must be UTF-8; it is not' }],
    })
  })
})

describe('the charset of a body', () => {
  test.each(['utf-16', 'iso-8859-1', '"windows-1252"', 'utf-7', 'x'])('%s is rejected', async (charset) => {
    const response = await echo('"text"', { 'content-type': `application/json;charset=${charset}` })
    expect(await problemOf(response)).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
      detail: expect.stringContaining('utf-8'),
    })
  })

  test.each(['utf-8', 'UTF-8', '"utf-8"', 'us-ascii', 'utf8; profile=x'])('%s is accepted', async (charset) => {
    const response = await echo('"text"', { 'content-type': `application/json; charset=${charset}` })
    expect(await bodyOf(response)).toEqual({ received: 'text' })
  })
})

test.each(['gzip', 'br', 'GZIP', 'gzip, gzip'])(
  'a compressed body (%s) is rejected with the supported encodings',
  async (encoding) => {
    const response = await echo(gzipSync('{}'), { 'content-encoding': encoding })
    expect(response.headers.get('accept-encoding')).toBe('identity')
    expect(await problemOf(response)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  },
)

test.each([
  ['an empty body', '', 'the body is empty; it must be JSON'],
  ['a truncated document', '{"note": ', 'the body must be JSON; it cannot be parsed'],
])('%s is rejected with the reason', async (_what, body, message) => {
  expect(await problemOf(await echo(body))).toMatchObject({ status: 422, errors: [{ path: '', message }] })
})

test.each([
  ['a byte order mark', '\ufeff{"a":1}', '{"a":1}'],
  ['__proto__ and constructor as keys', '{"__proto__":{"a":1},"constructor":{"prototype":1}}', undefined],
  ['the encoding identity', '{"a":1}', '{"a":1}'],
])('valid JSON with %s is accepted unchanged', async (_what, body, expected = body) => {
  const text = await (await echo(body, { 'content-encoding': 'identity' })).text()
  expect(text).toBe(`{"received":${expected}}`)
})

test('characters split across packets and chunks are decoded correctly', async () => {
  const { url } = await start()
  const bytes = Buffer.from('"я€😀"')
  const body = new ReadableStream({
    async pull(controller) {
      for (const byte of bytes) {
        controller.enqueue(Uint8Array.of(byte))
        await new Promise(setImmediate)
      }
      controller.close()
    },
  })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/echo`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  expect(await bodyOf(response)).toEqual({ received: 'я€😀' })
})
