import { expect, test } from 'vitest'
import { uuidSchema } from '../../../domain/uuid.ts'
import { deriveKeys, WINDOW_MS } from './derive-keys.ts'

const LEAD = { email: null, phone: null, name: null, note: 'Hello', source: null }
const NOW = 1_700_000_000_000
const [CURRENT] = deriveKeys('key:1', LEAD, NOW)

test('the same form within one window has the same key, which is a UUID', () => {
  const start = Math.floor(NOW / WINDOW_MS) * WINDOW_MS
  expect(uuidSchema.parse(CURRENT)).toBe(CURRENT)
  expect(deriveKeys('key:1', { ...LEAD }, start)[0]).toBe(CURRENT)
  expect(deriveKeys('key:1', LEAD, start + WINDOW_MS - 1)[0]).toBe(CURRENT)
})

test('a form sent up to a window earlier is recognized, whichever clock is ahead, and none sent two windows earlier', () => {
  expect(deriveKeys('key:1', LEAD, NOW + WINDOW_MS)).toContain(CURRENT)
  expect(deriveKeys('key:1', LEAD, NOW - WINDOW_MS)).toContain(CURRENT)
  expect(deriveKeys('key:1', LEAD, NOW + 2 * WINDOW_MS)).not.toContain(CURRENT)
})

test('another content, or the form of another key, has another key', () => {
  expect(deriveKeys('key:1', { ...LEAD, note: 'Hello!' }, NOW)).not.toContain(CURRENT)
  expect(deriveKeys('key:2', LEAD, NOW)).not.toContain(CURRENT)
})
