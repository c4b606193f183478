import { describe, expect, test } from 'vitest'
import { parseWait } from './wait.ts'

describe('?wait', () => {
  test.each([
    ['0', 0],
    ['5', 5_000],
    ['5s', 5_000],
    ['2.5s', 2_500],
    ['500ms', 500],
    ['120s', 120_000],
  ])('=%s is %i ms', (query, expected) => {
    expect(parseWait(query, undefined)).toBe(expected)
  })

  test.each(['', ' 5', '-1', '5m', '5 s', '1e3', 'Infinity', '.5', '5.', '9'.repeat(400), '5s5s', '５'])(
    '=%s is rejected',
    (query) => {
      expect(() => parseWait(query, undefined)).toThrow(
        expect.objectContaining({ code: 'invalid_request', violations: [expect.objectContaining({ path: 'wait' })] }),
      )
    },
  )

  test('overrides the header', () => {
    expect(parseWait('1s', 'wait=9')).toBe(1_000)
  })
})

describe('Prefer', () => {
  test.each([
    ['wait=5', 5_000],
    ['WAIT=5', 5_000],
    ['wait="5"', 5_000],
    ['wait = 5', 5_000],
    ['respond-async, wait=5', 5_000],
    ['wait=5, respond-async', 5_000],
    [['respond-async', 'wait=5'], 5_000],
    ['wait=60', 60_000],
    ['wait=600', 60_000],
  ])(': %s is %i ms, at most 60 s', (prefer, expected) => {
    expect(parseWait(undefined, prefer)).toBe(expected)
  })

  test.each([
    undefined,
    '',
    'respond-async',
    'wait',
    'wait=',
    'wait=soon',
    'wait=-5',
    'wait=5s',
    'await=5',
    'x-wait=5',
  ])(': %s is not a wait preference', (prefer) => {
    expect(parseWait(undefined, prefer)).toBe(0)
  })
})
