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

/** Returns the number of workers at the given seconds, for a constant lag or a function of time. */
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

test('the number of workers is the lag divided by the threshold, rounded up, within the bounds', () => {
  expect(decide({}, 501, [0])).toEqual([6])
  expect(decide({}, 0, [0])).toEqual([1])
  expect(decide({}, 5_000, [0])).toEqual([10])
  expect(decide({ minReplicas: 3 }, 0, [0])).toEqual([3])
})

test('a lag within the tolerance of a tenth changes nothing', () => {
  expect(decide({ minReplicas: 2 }, 219, [0])).toEqual([2])
  expect(decide({ minReplicas: 2 }, 221, [0])).toEqual([3])
})

test('CPU keeps or raises the number of busy workers when nothing waits', () => {
  const busy = (workers: number, cores: number) =>
    createAutoscaler({ ...settings, minReplicas: workers }).decide(0, { lag: 0, workers, cores })
  expect(busy(2, 3)).toBe(6)
  expect(busy(4, 2.1)).toBe(4)
  expect(busy(4, 2.4)).toBe(5)
})

test('the autoscaler decides every fifteen seconds', () => {
  expect(decide({}, (second) => (second < 5 ? 0 : 900), [0, 14, 15])).toEqual([1, 1, 9])
})

test('workers scale up no faster than the most generous policy allows', () => {
  const policies = [
    { type: 'Pods', value: 2, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ] as const
  const scaleUp = { stabilizationWindowSeconds: 0, policies }
  expect(decide({ scaleUp, maxReplicas: 50 }, 10_000, [0, 15, 30, 45])).toEqual([3, 6, 12, 24])
})

test('workers scale down no faster than the policy allows, and not below the maximum of the stabilization window', () => {
  const lag = (second: number) => (second < 15 ? 800 : 0)
  const policies = [{ type: 'Percent', value: 50, periodSeconds: 60 }] as const
  const scaleDown = { stabilizationWindowSeconds: 30, policies }
  // the recommendation of eight is from second 0 and leaves the window at 30; then the number halves each minute
  expect(decide({ scaleDown }, lag, [15, 30, 75, 90, 150, 210])).toEqual([8, 4, 4, 2, 1, 1])
})

test('the first worker starts at the first poll with a lag above the activation threshold', () => {
  const lag = (second: number) => (second < 7 ? 0 : 11)
  const fromZero = { minReplicas: 0 }
  expect(decide(fromZero, lag, [6, 9, 10])).toEqual([0, 0, 1])
  expect(decide(fromZero, 10, [60])).toEqual([0])
})

test('the last worker stops at the end of the cooldown', () => {
  const lag = (second: number) => (second < 20 ? 50 : 0)
  // the poll at 15 is the last with a lag
  expect(decide({ minReplicas: 0 }, lag, [0, 70, 75])).toEqual([1, 1, 0])
})

test('a queue grows while more arrives than the started workers handle, and drains afterwards', () => {
  const samples = simulate({
    settings: { ...settings, lagThreshold: 50 },
    leadsPerSecond: 100,
    busyLag: 150,
    cpuSecondsPerLead: 0.001,
    podStartSeconds: 20,
    arrivals: (second) => (second < 60 ? 300 : 0),
    seconds: 300,
  })
  // one worker until the second decision, at 15, asks for three (150 are in the queue), which are ready at 35
  expect(samples[14]).toEqual({ second: 14, waiting: 15 * 200, workers: 1, oldestSeconds: 9 })
  expect(samples[34]).toMatchObject({ waiting: 35 * 200, workers: 1 })
  expect(samples[35]).toMatchObject({ workers: 3 })
  const { drainSeconds, mostWorkers, mostWaiting } = outcomeOf(samples, 60)
  expect(mostWaiting).toBe(7_000)
  expect(mostWorkers).toBeGreaterThan(3)
  expect(drainSeconds).toBeGreaterThan(0)
  expect(samples.at(-1)).toMatchObject({ waiting: 0, oldestSeconds: 0, workers: 1 })
})

test('every lead that arrived was handled or is waiting', () => {
  const scenario = {
    ...{ settings, leadsPerSecond: 70, busyLag: 200 },
    ...{ cpuSecondsPerLead: 0.001, podStartSeconds: 10, seconds: 400 },
  }
  const samples = simulate({ ...scenario, arrivals: (second) => (second % 90) * 5 })
  const arrived = Array.from({ length: 400 }, (_, second) => (second % 90) * 5).reduce((sum, n) => sum + n, 0)
  const capacity = samples.reduce((sum, { workers }) => sum + workers * 70, 0)
  expect(arrived - (samples.at(-1)?.waiting ?? 0)).toBeLessThanOrEqual(capacity)
  expect(samples.every(({ waiting }) => waiting >= 0)).toBe(true)
})

test('the settings are read from the manifests', () => {
  expect(readScaledObject()).toMatchObject({ lagThreshold: 1_000, targetCores: 0.35, pollingIntervalSeconds: 5 })
})

test('workers that drained a queue stay while the load lasts, which the lag alone would not achieve', () => {
  const longestWaitAfterFirst = (targetCores: number) => {
    const samples = simulate({
      settings: { ...readScaledObject(), targetCores },
      ...{
        leadsPerSecond: 5_000,
        busyLag: 1_500,
        cpuSecondsPerLead: 90e-6,
        podStartSeconds: 20,
        seconds: 1_800,
        arrivals: () => 25_000,
      },
    })
    const drainedAt = samples.findIndex(({ second, waiting }) => second > 0 && waiting === 0)
    return outcomeOf(samples.slice(drainedAt), drainedAt).longestWaitSeconds
  }
  expect(longestWaitAfterFirst(readScaledObject().targetCores)).toBe(0)
  expect(longestWaitAfterFirst(Number.POSITIVE_INFINITY)).toBeGreaterThan(5)
})
