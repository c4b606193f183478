import { expect, test } from 'vitest'
import { keyViolation, parseIdempotencyKey } from './idempotency-key.ts'

const KEY = '8e03978e-40d5-43dd-bc93-6894a57f9324'

test.each([
  [KEY, KEY],
  [`"${KEY}"`, KEY],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['""', ''],
  [undefined, undefined],
  // not a string of a structured field: as it came, for the check of the key to refuse
  [`"${KEY}`, `"${KEY}`],
  ['"a\\b"', '"a\\b"'],
  [`"${KEY}", "${KEY}"`, `"${KEY}", "${KEY}"`],
])('the key of the header %s is %s', (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key)
})

test('of a header that was sent twice, that is what is wrong', () => {
  expect(keyViolation({ 'idempotency-key': `${KEY}, ${KEY}` }, 'must be a UUID').message).toMatch(/once/)
  expect(keyViolation({ 'idempotency-key': 'x' }, 'must be a UUID').message).toBe('must be a UUID')
  expect(keyViolation({}, 'must be a UUID').message).toBe('must be a UUID')
})
