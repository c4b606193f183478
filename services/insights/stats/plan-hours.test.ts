import { expect, test } from 'vitest'
import type { StaleHour } from './plan-hours.ts'
import { asOfRollUps, inOrder, rangesOf } from './plan-hours.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour))
const stale = (hour: number, computed?: number): StaleHour => ({
  hour: at(hour),
  computedAt: computed === undefined ? undefined : at(computed),
})

test('hours that were never rolled up are counted live first, and then the newest', () => {
  const hours = inOrder([stale(1, 9), stale(4, 9), stale(2), stale(3)])
  expect(hours.map(({ hour }) => hour)).toEqual([at(3), at(2), at(4), at(1)])
})

test('the figures are as of the marks, or of the oldest roll-up of a stale hour', () => {
  expect(asOfRollUps([], at(9))).toEqual(at(9))
  expect(asOfRollUps([stale(3, 8), stale(2, 7)], at(9))).toEqual(at(7))
})

test('an hour without a roll-up is left out while it is new, and makes the figures unavailable when it is old', () => {
  expect(asOfRollUps([stale(8)], at(9))).toEqual(at(8))
  expect(asOfRollUps([stale(6)], at(9))).toBeUndefined()
})

test('hours in a row are one range', () => {
  const range = (from: number, to: number) => ({ from: at(from), to: at(to) })
  expect(rangesOf([at(3), at(1), at(2), at(6)])).toEqual([range(1, 4), range(6, 7)])
  expect(rangesOf([])).toEqual([])
})
