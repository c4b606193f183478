import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createTimeLimit } from './time-limit.ts'

const never = new AbortController().signal

test('a note has its whole time and hardly more', async () => {
  const startedAt = performance.now()
  const signal = createTimeLimit(100)(never)
  await once(signal, 'abort')
  const took = performance.now() - startedAt
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
  expect(took).toBeGreaterThanOrEqual(99) // timers count whole milliseconds
})

test('notes that begin at the same time share a signal; one that begins later has its own', async () => {
  const patient = createTimeLimit(60_000)
  expect(patient(never)).toBe(patient(never))
  const limit = createTimeLimit(500)
  const first = limit(never)
  await once(AbortSignal.timeout(20), 'abort')
  expect(limit(never)).not.toBe(first)
})

test('who stops the work stops every note', () => {
  const stopping = new AbortController()
  const signal = createTimeLimit(60_000)(stopping.signal)
  expect(signal.aborted).toBe(false)
  stopping.abort(new Error('draining'))
  expect(signal.reason).toMatchObject({ message: 'draining' })
})
