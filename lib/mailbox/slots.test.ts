import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

test('never gives more places than there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.boolean(), { maxLength: 200 }), (count, takes) => {
      const slots = createSlots(count)
      let taken = 0
      for (const take of takes) {
        if (take && taken === count) expect(() => slots.take()).toThrow('taken')
        else if (take) {
          slots.take()
          taken += 1
        } else if (taken > 0) {
          slots.giveBack()
          taken -= 1
        }
        expect(slots.free).toBe(count - taken)
      }
    }),
  )
})

test('wakes those who wait as soon as enough places are free, and not before', async () => {
  const slots = createSlots(3)
  for (let i = 0; i < 3; i += 1) slots.take()
  const woken: number[] = []
  const waits = [3, 1, 2].map((count) => slots.whenFree(count).then(() => woken.push(count)))
  for (const expected of [[1], [1, 2], [1, 2, 3]]) {
    slots.giveBack()
    await Promise.resolve()
    await Promise.resolve()
    expect(woken).toEqual(expected)
  }
  await Promise.all(waits)
})

test('lets through at once whoever asks for what is free', async () => {
  await expect(createSlots(2).whenFree(2)).resolves.toBeUndefined()
})
