import { expect, test } from 'vitest'
import { addCounts, type Counts, noCounts, toFigures } from './figures.ts'
import { latencyKey, Measure, verdictKey } from './measures.ts'

function countsOf(entries: Iterable<[key: number, count: number]>): Counts {
  const counts = noCounts()
  for (const [key, count] of entries) counts[key] = count
  return counts
}

test('percentiles are within the stated error, whatever the latency', () => {
  for (let latencyMs = 1; latencyMs < 1e10; latencyMs = Math.ceil(latencyMs * 1.01)) {
    const { latency } = toFigures(countsOf([[latencyKey(latencyMs), 1]]))
    const error = Math.abs((latency?.p50 ?? Number.NaN) - latencyMs)
    expect(error).toBeLessThanOrEqual(latencyMs * 0.045 + 0.5)
  }
})

test('percentiles are by nearest rank', () => {
  const counts = new Map([
    [latencyKey(10), 50],
    [latencyKey(100), 45],
    [latencyKey(1_000), 4],
    [latencyKey(10_000), 1],
  ])
  expect(toFigures(countsOf(counts)).latency).toEqual({ p50: 10, p95: 103, p99: 981 })
  expect(toFigures(countsOf([...counts, [latencyKey(5), 1]])).latency).toMatchObject({ p50: 10, p95: 103 })
  expect(toFigures(countsOf([...counts, [latencyKey(20_000), 2]])).latency).toEqual({ p50: 103, p95: 981, p99: 20_347 })
})

test('the sum of counts is the same as counting everything at once', () => {
  const sum = countsOf([[verdictKey('buy', 'P0'), 2]])
  addCounts(
    sum,
    countsOf([
      [verdictKey('buy', 'P0'), 1],
      [verdictKey('spam', 'P3'), 1],
      [Measure.Pending, 1],
    ]),
  )
  expect(toFigures(sum)).toMatchObject({
    ...{ arrivals: 5, triaged: 4, pending: 1, spamShare: 0.25 },
    intents: { buy: 3, spam: 1, job: 0 },
    priorities: { P0: 3, P3: 1, P1: 0 },
  })
})
