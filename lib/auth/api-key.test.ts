import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateKey, hashOfKey, hintOfKey, kindOfKey, looksLikeKey } from './api-key.ts'

describe.each(['secret', 'publishable'] as const)('a %s key', (kind) => {
  test('is recognized, and differs from every other', () => {
    const keys = Array.from({ length: 100 }, () => generateKey(kind))
    expect(new Set(keys).size).toBe(100)
    for (const key of keys) expect(kindOfKey(key)).toBe(kind)
  })

  test('with one character changed, missing or added is not recognized', () => {
    const key = generateKey(kind)
    const position = fc.nat(key.length - 1)
    fc.assert(
      fc.property(position, fc.constantFrom(...'0123456789abcdefps_'), (at, character) => {
        fc.pre(key[at] !== character)
        const changed = key.slice(0, at) + character + key.slice(at + 1)
        expect(kindOfKey(changed)).toBeUndefined()
        expect(kindOfKey(key.slice(0, at) + key.slice(at + 1))).toBeUndefined()
        expect(kindOfKey(key.slice(0, at) + character + key.slice(at))).toBeUndefined()
      }),
    )
  })
})

test('a key of one kind cannot be passed off as the other', () => {
  expect(kindOfKey(generateKey('publishable').replace('lt_pk', 'lt_sk'))).toBeUndefined()
})

test('a key is stored as SHA-256, and its hint shows four digits of it', () => {
  const key = generateKey('secret')
  expect(hashOfKey(key)).toEqual(createHash('sha256').update(key).digest())
  expect(hintOfKey(key)).toMatch(/^lt_sk_[0-9a-f]{4}…$/)
  expect(key).toContain(hintOfKey(key).slice(0, -1))
})

test('text with the prefix of a key looks like one, complete or not', () => {
  expect([generateKey('secret'), 'lt_pk_x', 'lt_sk'].map(looksLikeKey)).toEqual([true, true, false])
})
