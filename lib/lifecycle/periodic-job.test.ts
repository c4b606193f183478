import { expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { startPeriodicJob } from './periodic-job.ts'

const HOUR_MS = 3_600_000

/** A job whose runs the test ends, one after the other. */
function manualJob(intervalMs: number) {
  const { log, entries } = captureLog()
  const runs: { readonly end: (more: boolean) => void; readonly fail: (error: Error) => void }[] = []
  let started = Promise.withResolvers<void>()
  const run = () => {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    runs.push({ end: resolve, fail: reject })
    started.resolve()
    return promise
  }
  const job = startPeriodicJob({ run, intervalMs, failure: 'the job failed', log })
  /** The run that is in progress, or the next one. */
  const next = async () => {
    await started.promise
    started = Promise.withResolvers()
    const [current] = runs.splice(0)
    if (current === undefined) throw new Error('no run has started')
    return current
  }
  return { job, next, runs, entries }
}

test('a run that has more work is followed by another at once', async () => {
  const { job, next } = manualJob(HOUR_MS)
  ;(await next()).end(true)
  const last = await next()
  const stopped = job.stop()
  last.end(false)
  await stopped
})

test('a run that fails is logged and repeated after the interval', async () => {
  const { job, next, entries } = manualJob(1)
  ;(await next()).fail(new Error('broken'))
  const last = await next()
  expect(entries()).toMatchObject([{ level: 40, msg: 'the job failed', err: { message: 'broken' } }])
  const stopped = job.stop()
  last.end(false)
  await stopped
})

test('stop waits for the run in progress, starts no other, and can be called twice', async () => {
  const { job, next, runs } = manualJob(HOUR_MS)
  const current = await next()
  let hasStopped = false
  const stopped = job.stop().then(() => {
    hasStopped = true
  })
  await Promise.resolve()
  expect(hasStopped).toBe(false)
  current.end(true)
  await Promise.all([stopped, job.stop()])
  expect(runs).toEqual([])
})

test('stop ends a pause', async () => {
  const { job, next } = manualJob(HOUR_MS)
  ;(await next()).end(false)
  await job.stop()
})
