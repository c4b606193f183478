import { afterEach, expect, test, vi } from 'vitest'
import { keepEvaluating } from './health.ts'
import type { Readiness } from './readiness.ts'

afterEach(() => void vi.useRealTimers())

test('nothing is evaluated any more after it was stopped, also when that was during an evaluation', async () => {
  vi.useFakeTimers()
  const evaluations: PromiseWithResolvers<Readiness>[] = []
  const stop = keepEvaluating({
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
