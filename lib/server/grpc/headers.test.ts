import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeStatusMessage, isGrpc, parseTimeoutMs } from './headers.ts'

describe('grpc-timeout', () => {
  test.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['30S', 30_000],
    ['250m', 250],
    ['1500u', 1.5],
    ['99999999n', 99.999999],
    ['0m', 0],
    ['99999999H', 359_999_996_400_000],
  ])('%s is %d ms', (header, milliseconds) => expect(parseTimeoutMs(header)).toBeCloseTo(milliseconds))

  test.each(['', '5', 'S', '-1S', '1.5S', '123456789S', '1s', ' 1S', '1S ', '1S,2S'])('%j is rejected', (header) => {
    expect(() => parseTimeoutMs(header)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  test('is optional', () => expect(parseTimeoutMs(undefined)).toBeUndefined())
})

describe('grpc-message', () => {
  test.each([
    ['plain text, with "quotes"; and more.', 'plain text, with "quotes"; and more.'],
    ['100%', '100%25'],
    ['naïve ✓', 'na%C3%AFve %E2%9C%93'],
    ['👩‍💻', '%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB'],
    ['two\r\nlines\u0000\u007f', 'two%0D%0Alines%00%7F'],
  ])('%j is encoded as %s', (text, encoded) => expect(encodeStatusMessage(text)).toBe(encoded))

  test('is printable ASCII for any text, and decodes to the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = encodeStatusMessage(text)
        expect(encoded).toMatch(/^[\x20-\x7e]*$/)
        expect(decodeURIComponent(encoded)).toBe(text)
      }),
    )
  })

  test('replaces an unpaired surrogate', () => {
    expect(encodeStatusMessage('a\ud800b')).toBe('a%EF%BF%BDb')
  })
})

test.each([
  ['application/grpc', true],
  ['application/grpc+proto', true],
  ['application/grpc+json', true],
  ['Application/GRPC; charset=utf-8', true],
  ['application/grpc-web', false],
  ['application/grpc-web+proto', false],
  ['application/grpcx', false],
  ['application/json', false],
  ['', false],
  [undefined, false],
])('the content type %s: gRPC is %s', (contentType, expected) => expect(isGrpc(contentType)).toBe(expected))
