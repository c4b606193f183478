import { describe, expect, test } from 'vitest'
import { createQueueWindow } from './queue-window.ts'

const SAMPLE_MS = 50

/**
 * A queue that a publisher fills up to the window every {@link SAMPLE_MS}, and workers that have up to `maxInFlight`
 * leads in flight and take `perSecond`.
 */
function simulate(workers: { perSecond: number; maxInFlight: number }, seconds: number) {
  const window = createQueueWindow()
  let [pending, inFlight, delivered, settled] = [0, 0, 0, 0]
  const pendingAfter: number[] = []
  const settledAfter: number[] = []
  let owed = 0
  const deliver = () => {
    const count = Math.min(pending, workers.maxInFlight - inFlight)
    pending -= count
    inFlight += count
    delivered += count
  }
  for (let atMs = 0; atMs < seconds * 1_000; atMs += SAMPLE_MS) {
    owed += (workers.perSecond * SAMPLE_MS) / 1_000
    for (; owed >= 1 && inFlight > 0; owed -= 1) {
      inFlight -= 1
      settled += 1
      deliver()
    }
    owed = Math.min(owed, 1)
    window.observe({ pending, inFlight, delivered }, true, atMs)
    pending = Math.max(pending, window.size)
    deliver()
    pendingAfter.push(pending)
    settledAfter.push(settled)
  }
  return { pendingAfter, settledAfter, samplesPerSecond: 1_000 / SAMPLE_MS }
}

describe('the window of a queue with more leads than workers take', () => {
  test.each([
    { perSecond: 4_000, maxInFlight: 1_024 },
    { perSecond: 40_000, maxInFlight: 8_192 },
    { perSecond: 100, maxInFlight: 12 },
    { perSecond: 8, maxInFlight: 12 },
    { perSecond: 0.5, maxInFlight: 2 },
  ])('keeps the workers busy, and no lead waits longer than it is handled, or 0.2 s: %j', (workers) => {
    const { pendingAfter, settledAfter, samplesPerSecond } = simulate(workers, 30)
    const afterRampUp = 2 * samplesPerSecond
    const settled = (settledAfter.at(-1) ?? 0) - (settledAfter[afterRampUp] ?? 0)
    expect(settled).toBeGreaterThanOrEqual(0.95 * workers.perSecond * 28 - 1)

    const longest = Math.max(...pendingAfter.slice(10 * samplesPerSecond))
    const handlingSeconds = workers.maxInFlight / workers.perSecond
    expect(longest / workers.perSecond).toBeLessThanOrEqual(Math.max(0.2, handlingSeconds))
  })
})

test('a queue that runs dry for want of leads does not widen the window', () => {
  const window = createQueueWindow()
  const before = window.size
  for (let sample = 0; sample < 100; sample += 1) {
    window.observe({ pending: 0, inFlight: 0, delivered: sample }, false, sample * SAMPLE_MS)
  }
  expect(window.size).toBe(before)
})

test('thousands of retries in flight do not widen the window', () => {
  const window = createQueueWindow()
  for (let sample = 0; sample < 100; sample += 1) {
    window.observe({ pending: 10, inFlight: 16_000, delivered: 0 }, true, sample * SAMPLE_MS)
  }
  expect(window.size).toBeLessThanOrEqual(256)
})

test('a window keeps room for one lead while no worker runs', () => {
  const window = createQueueWindow()
  for (let sample = 0; sample < 1_000; sample += 1) {
    window.observe({ pending: 1, inFlight: 0, delivered: 0 }, true, sample * SAMPLE_MS)
  }
  expect(window.size).toBe(1)
})

test('a consumer that was recreated, and a pause, are not taken for a throughput', () => {
  const window = createQueueWindow()
  window.observe({ pending: 5, inFlight: 0, delivered: 1_000_000 }, true, 0)
  window.observe({ pending: 5, inFlight: 0, delivered: 0 }, true, 50)
  window.observe({ pending: 5, inFlight: 0, delivered: 1_000_000 }, true, 60_000)
  expect(window.size).toBeLessThan(10)
})
