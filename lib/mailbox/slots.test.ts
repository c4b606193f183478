import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

test('never gives more places than there are, and none twice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.boolean(), { maxLength: 200 }), (count, takes) => {
      const slots = createSlots(count)
      const taken = new Set<number>()
      for (const take of takes) {
        const [longest] = taken
        if (take && taken.size === count) expect(() => slots.take()).toThrow('taken')
        else if (take) {
          const place = slots.take()
          expect(place >= 0 && place < count && !taken.has(place)).toBe(true)
          taken.add(place)
        } else if (longest !== undefined) {
          slots.giveBack(longest)
          taken.delete(longest)
        }
        expect(slots.taken).toBe(taken.size)
      }
    }),
  )
})

test('wakes those who wait as soon as enough places are free, and not before', async () => {
  const slots = createSlots(3)
  const places = Array.from({ length: 3 }, () => slots.take())
  const woken: number[] = []
  const waits = [3, 1, 2].map((count) => slots.whenFree(count).then(() => woken.push(count)))
  for (const [i, expected] of [[1], [1, 2], [1, 2, 3]].entries()) {
    slots.giveBack(places[i] as number)
    await Promise.resolve()
    await Promise.resolve()
    expect(woken).toEqual(expected)
  }
  await Promise.all(waits)
})

test('lets through at once whoever asks for what is free', async () => {
  await expect(createSlots(2).whenFree(2)).resolves.toBeUndefined()
})
