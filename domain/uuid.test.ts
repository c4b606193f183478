import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { uuidSchema } from './uuid.ts'

test('a UUID of any version is accepted in any case and converted to lower case', () => {
  const uuids = [randomUUID(), '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11', '00000000-0000-0000-0000-000000000000']
  for (const uuid of uuids) {
    expect(uuidSchema.parse(uuid)).toBe(uuid)
    expect(uuidSchema.parse(uuid.toUpperCase())).toBe(uuid)
  }
})

test.each([
  '',
  'x',
  '0198c5f27d5e7c528a536f0f2f6f8a11',
  '{0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11}',
  'urn:uuid:0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11',
  ' 0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11',
  '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11\n',
  '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a1g',
  '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a1',
  undefined,
  null,
  5,
])('%j is not a UUID', (value) => {
  expect(uuidSchema.safeParse(value).success).toBe(false)
})
