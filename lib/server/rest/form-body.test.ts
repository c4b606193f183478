import Fastify, { type FastifyError } from 'fastify'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../errors/app-error.ts'
import { readFormBodies } from './form-body.ts'

const URLENCODED = 'application/x-www-form-urlencoded'

/** What a route receives for a body, or the error. */
async function read(payload: string | Buffer | FormData, type?: string): Promise<unknown> {
  const app = Fastify({ bodyLimit: 256 * 1024 })
  readFormBodies(app)
  app.setErrorHandler((error: FastifyError | AppError, _request, reply) =>
    reply.send(
      error instanceof AppError ? { code: error.code, errors: error.violations } : { unexpected: error.message },
    ),
  )
  app.post('/', async ({ body }) => body)
  await app.listen()
  try {
    const body = payload instanceof Buffer ? new Uint8Array(payload) : payload
    const response = await fetch(app.listeningOrigin, {
      method: 'POST',
      body,
      ...(type && { headers: { 'content-type': type } }),
    })
    return await response.json()
  } finally {
    await app.close()
  }
}

const invalid = (message: RegExp, path = '') => ({
  code: 'invalid_request',
  errors: [{ path, message: expect.stringMatching(message) }],
})

function formData(...fields: readonly (readonly [string, string | File])[]): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}

describe('a urlencoded form', () => {
  test('has its fields in their order, repeated names included', async () => {
    expect(await read('a=1&b=two+words&a=%C3%A4&empty=&noequals&=x', URLENCODED)).toEqual([
      ['a', '1'],
      ['b', 'two words'],
      ['a', 'ä'],
      ['empty', ''],
      ['noequals', ''],
      ['', 'x'],
    ])
    expect(await read('', URLENCODED)).toEqual([])
    expect(await read('__proto__=1&constructor=2', URLENCODED)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })

  test.each([
    ['invalid UTF-8', 'a=%ff'],
    ['invalid UTF-8 that is not escaped', Buffer.from([0x61, 0x3d, 0xff])],
    ['an incomplete escape', 'a=%f'],
  ])('with %s is rejected, not repaired', async (_what, body) => {
    expect(await read(body, URLENCODED)).toEqual(invalid(/percent-encoded UTF-8/))
  })

  test('with another charset is not supported', async () => {
    expect(await read('a=1', `${URLENCODED}; charset=latin1`)).toMatchObject({ code: 'unsupported_media_type' })
  })
})

describe('a multipart form', () => {
  test('has its fields in their order; a file input in which nothing was chosen is empty', async () => {
    const empty = new File([], '')
    const text = 'line\r\nline ü'
    expect(await read(formData(['a', '1'], ['file', empty], ['b "c"', text], ['a', '2']))).toEqual([
      ['a', '1'],
      ['file', ''],
      ['b "c"', text],
      ['a', '2'],
    ])
  })

  test('with a file is rejected, with its field', async () => {
    const file = new File([Buffer.from([0xff, 0x00])], 'photo.jpg')
    expect(await read(formData(['a', '1'], ['photo', file]))).toEqual(invalid(/must not be a file/, 'photo'))
  })

  test.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['a body that has another boundary', 'multipart/form-data; boundary=a', '--b\r\n\r\n--b--'],
    [
      'an incomplete body',
      'multipart/form-data; boundary=a',
      '--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n1',
    ],
    [
      'a part without a name',
      'multipart/form-data; boundary=a',
      '--a\r\nContent-Disposition: form-data\r\n\r\n1\r\n--a--',
    ],
  ])('with %s is rejected', async (_what, type, body) => {
    expect(await read(body, type)).toEqual(invalid(/multipart\/form-data; it cannot be parsed/))
  })

  test('with invalid UTF-8 is rejected, not repaired', async () => {
    const part = Buffer.from('--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n?\r\n--a--\r\n')
    part[part.indexOf('?')] = 0xff
    expect(await read(part, 'multipart/form-data; boundary=a')).toEqual(invalid(/UTF-8/))
  })
})

test.each([
  ['urlencoded', 'x&'.repeat(201)],
  ['multipart', formData(...Array.from({ length: 201 }, () => ['x', '1'] as const))],
])('more than 200 fields (%s) are rejected', async (_what, body) => {
  expect(await read(body, typeof body === 'string' ? URLENCODED : undefined)).toEqual(invalid(/at most 200 fields/))
})

test.each([URLENCODED, 'multipart/form-data; boundary=a'])(
  'a body that is too large (%s) is rejected',
  async (type) => {
    expect(await read('x'.repeat(300_000), type)).toMatchObject({ code: 'payload_too_large' })
  },
)

test.each(['application/json', 'text/plain'])('%s is no form', async (type) => {
  expect(await read('{}', type)).toMatchObject({ code: 'unsupported_media_type' })
})

test.each([
  ['parts', '--a\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n'.repeat(4_500)],
  ['boundaries', '--a\r\n'.repeat(50_000)],
  ['dashes', '-'.repeat(250_000)],
  ['a header', `--a\r\nContent-Disposition: form-data; name="${'x'.repeat(240_000)}"\r\n\r\n1\r\n--a--`],
  ['quotes', `--a\r\nContent-Disposition: form-data; name=${'"'.repeat(240_000)}\r\n\r\n1\r\n--a--`],
  ['headers', `--a\r\n${'X: y\r\n'.repeat(40_000)}\r\n1\r\n--a--`],
])('a hostile multipart body with many %s does not take seconds', async (_what, body) => {
  const startedAt = performance.now()
  await read(body, 'multipart/form-data; boundary=a')
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
