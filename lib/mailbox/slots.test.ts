import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

test('never acquires more slots than exist, and none twice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.boolean(), { maxLength: 200 }), (size, acquisitions) => {
      const slots = createSlots(size)
      const used = new Set<number>()
      for (const isAcquisition of acquisitions) {
        const [oldest] = used
        if (isAcquisition && used.size === size) expect(() => slots.acquire()).toThrow('in use')
        else if (isAcquisition) {
          const slot = slots.acquire()
          expect(slot >= 0 && slot < size && !used.has(slot)).toBe(true)
          used.add(slot)
        } else if (oldest !== undefined) {
          slots.release(oldest)
          used.delete(oldest)
        }
        expect(slots.used).toBe(used.size)
      }
    }),
  )
})

test('whenFree resolves as soon as enough slots are free, and not before', async () => {
  const slots = createSlots(3)
  const acquired = Array.from({ length: 3 }, () => slots.acquire())
  const resolved: number[] = []
  const waits = [3, 1, 2].map((count) => slots.whenFree(count).then(() => resolved.push(count)))
  for (const [i, expected] of [[1], [1, 2], [1, 2, 3]].entries()) {
    slots.release(acquired[i] as number)
    await Promise.resolve()
    await Promise.resolve()
    expect(resolved).toEqual(expected)
  }
  await Promise.all(waits)
})

test('whenFree resolves immediately if enough slots are free', async () => {
  await expect(createSlots(2).whenFree(2)).resolves.toBeUndefined()
})
