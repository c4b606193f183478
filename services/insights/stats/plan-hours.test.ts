import { expect, test } from 'vitest'
import type { StaleHour } from './plan-hours.ts'
import { chooseLive, mergeRanges } from './plan-hours.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour))
const stale = (hour: number, leads?: number): StaleHour => ({
  hour: at(hour),
  rolledUp: leads === undefined ? undefined : { leads, computedAt: at(hour + 1) },
})

test('the newest stale hours are counted live, until they have too many leads', () => {
  const hours = [stale(1, 10), stale(4, 10), stale(3, 50), stale(2, 1)]
  const { live, asOf } = chooseLive(hours, 65, at(9))
  expect(live.map(({ hour }) => hour)).toEqual([at(4), at(3), at(2)])
  expect(asOf).toEqual(at(2))
})

test('the figures are as of the marks if all stale hours are counted live', () => {
  expect(chooseLive([stale(1, 10), stale(2)], 10, at(9))).toEqual({ live: [stale(1, 10)], asOf: at(9) })
})

test('an older hour is not counted live after one that has too many leads', () => {
  const { live, asOf } = chooseLive([stale(3, 100), stale(2, 1)], 50, at(9))
  expect([live, asOf]).toEqual([[], at(3)])
})

test('hours in a row are one range', () => {
  const range = (from: number, to: number) => ({ from: at(from), to: at(to) })
  expect(mergeRanges([range(3, 4), range(1, 2), range(2, 3), range(6, 7)])).toEqual([range(1, 4), range(6, 7)])
  expect(mergeRanges([])).toEqual([])
})
