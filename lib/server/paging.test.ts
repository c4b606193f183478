import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../errors/app-error.ts'
import { parseRequest } from '../errors/parse.ts'
import { encodePageToken, pageFields, parsePageToken } from './paging.ts'

const query = { reason: 'failed', after: new Date(0), state: undefined }
const position = z.tuple([z.string(), z.int()])

describe('a page token', () => {
  test('round-trips its position for the same query', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer(), (text, number) => {
        const at: [string, number] = [text.toWellFormed(), number]
        expect(parsePageToken(encodePageToken(query, at), { ...query }, position)).toEqual(at)
      }),
    )
  })

  test('that is missing or empty means the first page', () => {
    expect(parsePageToken(undefined, query, position)).toBeUndefined()
    expect(parsePageToken('', query, position)).toBeUndefined()
  })

  test('for another query, or with another kind of position, is rejected with its path', () => {
    const token = encodePageToken(query, ['a', 1])
    for (const parse of [
      () => parsePageToken(token, { ...query, reason: 'parked' }, position),
      () => parsePageToken(token, query, z.tuple([z.int()])),
    ]) {
      expect(parse).toThrow(expect.objectContaining({ violations: [expect.objectContaining({ path: 'page_token' })] }))
    }
  })

  test('that is arbitrary text is rejected as invalid', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (token) => {
        expect(() => parsePageToken(token, query, position)).toThrow(AppError)
      }),
    )
  })
})

test('a page size of 0 is the default, a larger one than the maximum is capped, a negative one is rejected', () => {
  const schema = z.object(pageFields)
  const sizeOf = (page_size?: unknown) => parseRequest(schema, { page_size }).page_size
  expect([undefined, 0, 1, 500, 501, 2 ** 31 - 1].map(sizeOf)).toEqual([50, 50, 1, 500, 500, 500])
  for (const size of [-1, 1.5, Number.NaN, '7']) expect(() => sizeOf(size)).toThrow(AppError)
})
