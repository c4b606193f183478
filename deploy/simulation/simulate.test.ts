import { expect, test } from 'vitest'
import type { ScalingSettings } from './autoscaler.ts'
import { createAutoscaler } from './autoscaler.ts'
import { readScaledObject } from './scaled-object.ts'
import { outcomeOf, simulate } from './simulate.ts'

const settings: ScalingSettings = {
  lagThreshold: 100,
  activationLagThreshold: 10,
  targetCores: 0.5,
  minReplicas: 1,
  maxReplicas: 10,
  pollingIntervalSeconds: 5,
  cooldownSeconds: 60,
  scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 100, periodSeconds: 15 }] },
  scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
}

/** The number of workers at some seconds, for a lag that is the same all the time or follows a function. */
function decide(
  change: Partial<ScalingSettings>,
  lag: number | ((second: number) => number),
  seconds: number[],
): number[] {
  const autoscaler = createAutoscaler({ ...settings, ...change })
  const all = Array.from({ length: Math.max(...seconds) + 1 }, (_, second) =>
    autoscaler.decide(second, { lag: typeof lag === 'number' ? lag : lag(second), workers: 1, cores: 0 }),
  )
  return seconds.map((second) => all[second] ?? -1)
}

test('there are as many workers as the lag holds thresholds, rounded up, within the bounds', () => {
  expect(decide({}, 501, [0])).toEqual([6])
  expect(decide({}, 0, [0])).toEqual([1])
  expect(decide({}, 5_000, [0])).toEqual([10])
  expect(decide({ minReplicas: 3 }, 0, [0])).toEqual([3])
})

test('a lag within a tenth of what the workers are for changes nothing', () => {
  expect(decide({ minReplicas: 2 }, 219, [0])).toEqual([2])
  expect(decide({ minReplicas: 2 }, 221, [0])).toEqual([3])
})

test('busy workers keep their number while nothing waits', () => {
  const busy = (workers: number, cores: number) =>
    createAutoscaler({ ...settings, minReplicas: workers }).decide(0, { lag: 0, workers, cores })
  expect(busy(2, 3)).toBe(6)
  expect(busy(4, 2.1)).toBe(4)
  expect(busy(4, 2.4)).toBe(5)
})

test('the number is decided every fifteen seconds', () => {
  expect(decide({}, (second) => (second < 5 ? 0 : 900), [0, 14, 15])).toEqual([1, 1, 9])
})

test('it rises no faster than the most generous policy allows', () => {
  const policies = [
    { type: 'Pods', value: 2, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ] as const
  const scaleUp = { stabilizationWindowSeconds: 0, policies }
  expect(decide({ scaleUp, maxReplicas: 50 }, 10_000, [0, 15, 30, 45])).toEqual([3, 6, 12, 24])
})

test('it falls no faster than its policy allows, and not below the most that was wanted within the window', () => {
  const lag = (second: number) => (second < 15 ? 800 : 0)
  const policies = [{ type: 'Percent', value: 50, periodSeconds: 60 }] as const
  const scaleDown = { stabilizationWindowSeconds: 30, policies }
  // the wish for eight is of second 0 and leaves the window at 30; then half of eight for a minute, half of four, …
  expect(decide({ scaleDown }, lag, [15, 30, 75, 90, 150, 210])).toEqual([8, 4, 4, 2, 1, 1])
})

test('from zero one worker comes at the next poll once the lag is above the activation threshold', () => {
  const lag = (second: number) => (second < 7 ? 0 : 11)
  const fromZero = { minReplicas: 0 }
  expect(decide(fromZero, lag, [6, 9, 10])).toEqual([0, 0, 1])
  expect(decide(fromZero, 10, [60])).toEqual([0])
})

test('the last worker goes when the cool-down is over, and not before', () => {
  const lag = (second: number) => (second < 20 ? 50 : 0)
  // the poll at 15 is the last that finds something
  expect(decide({ minReplicas: 0 }, lag, [0, 70, 75])).toEqual([1, 1, 0])
})

test('a queue grows by what arrives beyond what the started workers manage, and drains', () => {
  const samples = simulate({
    settings: { ...settings, lagThreshold: 1_000 },
    leadsPerSecond: 100,
    cpuSecondsPerLead: 0.001,
    podStartSeconds: 20,
    arrivals: (second) => (second < 60 ? 300 : 0),
    seconds: 300,
  })
  // one worker until the second sync, at 15, wants three (2,800 wait then), which work from 35 on
  expect(samples[14]).toEqual({ second: 14, lag: 15 * 200, workers: 1, oldestSeconds: 9 })
  expect(samples[34]).toMatchObject({ lag: 35 * 200, workers: 1 })
  expect(samples[35]).toMatchObject({ workers: 3 })
  const { drainSeconds, mostWorkers, mostWaiting } = outcomeOf(samples, 60)
  expect(mostWaiting).toBe(7_000)
  expect(mostWorkers).toBeGreaterThan(3)
  expect(drainSeconds).toBeGreaterThan(0)
  expect(samples.at(-1)).toMatchObject({ lag: 0, oldestSeconds: 0, workers: 1 })
})

test('leads are neither lost nor made: what arrived was handled or waits', () => {
  const scenario = { settings, leadsPerSecond: 70, cpuSecondsPerLead: 0.001, podStartSeconds: 10, seconds: 400 }
  const samples = simulate({ ...scenario, arrivals: (second) => (second % 90) * 5 })
  const arrived = Array.from({ length: 400 }, (_, second) => (second % 90) * 5).reduce((sum, n) => sum + n, 0)
  const capacity = samples.reduce((sum, { workers }) => sum + workers * 70, 0)
  expect(arrived - (samples.at(-1)?.lag ?? 0)).toBeLessThanOrEqual(capacity)
  expect(samples.every(({ lag }) => lag >= 0)).toBe(true)
})

test('the settings are those of the manifest', () => {
  expect(readScaledObject()).toMatchObject({ lagThreshold: 5_000, targetCores: 0.35, pollingIntervalSeconds: 5 })
})

test('workers that drained a queue stay while the load does; by the lag alone they would go too early', () => {
  const longestWaitAfterFirst = (targetCores: number) => {
    const samples = simulate({
      settings: { ...readScaledObject(), targetCores },
      ...{
        leadsPerSecond: 5_000,
        cpuSecondsPerLead: 90e-6,
        podStartSeconds: 20,
        seconds: 1_800,
        arrivals: () => 25_000,
      },
    })
    const drainedAt = samples.findIndex(({ second, lag }) => second > 0 && lag === 0)
    return outcomeOf(samples.slice(drainedAt), drainedAt).longestWaitSeconds
  }
  expect(longestWaitAfterFirst(readScaledObject().targetCores)).toBe(0)
  expect(longestWaitAfterFirst(Number.POSITIVE_INFINITY)).toBeGreaterThan(5)
})
