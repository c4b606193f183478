import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createTimeLimit } from './time-limit.ts'

const never = new AbortController().signal

test('a note gets its whole time limit and little more', async () => {
  const startedAt = performance.now()
  const signal = createTimeLimit(100)(never)
  await once(signal, 'abort')
  const took = performance.now() - startedAt
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
  expect(took).toBeGreaterThanOrEqual(99) // timers have millisecond resolution
})

test('notes that start at the same time share a signal; a later one has its own', async () => {
  const longLimit = createTimeLimit(60_000)
  expect(longLimit(never)).toBe(longLimit(never))
  const limit = createTimeLimit(500)
  const first = limit(never)
  await once(AbortSignal.timeout(20), 'abort')
  expect(limit(never)).not.toBe(first)
})

test('aborting the given signal aborts the returned one', () => {
  const stopping = new AbortController()
  const signal = createTimeLimit(60_000)(stopping.signal)
  expect(signal.aborted).toBe(false)
  stopping.abort(new Error('draining'))
  expect(signal.reason).toMatchObject({ message: 'draining' })
})
