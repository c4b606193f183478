import { expect, test } from 'vitest'
import { createSealer } from './sealer.ts'

const sealer = createSealer('a secret of this test')
const sealed = sealer.seal('Grüße', 'session 1')

test('what was sealed is opened in its context only, and only with the same secret', () => {
  expect(sealer.open(sealed, 'session 1')).toBe('Grüße')
  expect(sealer.open(sealed, 'session 2')).toBeUndefined()
  expect(createSealer('another secret').open(sealed, 'session 1')).toBeUndefined()
})

test('what was changed or cut is not opened', () => {
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed)
    changed[i] = (changed[i] ?? 0) ^ 1
    expect(sealer.open(changed, 'session 1')).toBeUndefined()
    expect(sealer.open(sealed.subarray(0, i), 'session 1')).toBeUndefined()
  }
})

test('the same text looks different each time', () => {
  expect(sealer.seal('Grüße', 'session 1')).not.toEqual(sealed)
})
