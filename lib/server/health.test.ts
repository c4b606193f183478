import { afterEach, expect, test, vi } from 'vitest'
import { evaluatePeriodically } from './health.ts'
import type { Readiness } from './readiness.ts'

afterEach(() => void vi.useRealTimers())

test('stopping ends the evaluations, also when one is in progress', async () => {
  vi.useFakeTimers()
  const evaluations: PromiseWithResolvers<Readiness>[] = []
  const stop = evaluatePeriodically({
    evaluate: () => {
      const evaluation = Promise.withResolvers<Readiness>()
      evaluations.push(evaluation)
      return evaluation.promise
    },
  })
  evaluations[0]?.resolve({ status: 'ready', checks: {} })
  await vi.runOnlyPendingTimersAsync()
  expect(evaluations).toHaveLength(2)
  stop()
  stop()
  evaluations[1]?.resolve({ status: 'ready', checks: {} })
  await vi.runAllTimersAsync()
  expect(vi.getTimerCount()).toBe(0)
  expect(evaluations).toHaveLength(2)
})
