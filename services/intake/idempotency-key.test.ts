import { expect, test } from 'vitest'
import { keyViolation, parseIdempotencyKey } from './idempotency-key.ts'

const KEY = '8e03978e-40d5-43dd-bc93-6894a57f9324'

test.each([
  [KEY, KEY],
  [`"${KEY}"`, KEY],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['""', ''],
  [undefined, undefined],
  // not a structured field string: unchanged, for validation to reject
  [`"${KEY}`, `"${KEY}`],
  ['"a\\b"', '"a\\b"'],
  [`"${KEY}", "${KEY}"`, `"${KEY}", "${KEY}"`],
])('the header %s has the key %s', (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key)
})

test('the violation of a repeated header is the repetition', () => {
  expect(keyViolation({ 'idempotency-key': `${KEY}, ${KEY}` }, 'must be a UUID').message).toMatch(/once/)
  expect(keyViolation({ 'idempotency-key': 'x' }, 'must be a UUID').message).toBe('must be a UUID')
  expect(keyViolation({}, 'must be a UUID').message).toBe('must be a UUID')
})
