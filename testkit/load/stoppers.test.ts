import { expect, test } from 'vitest'
import { createStoppers } from './stoppers.ts'

test('an abort calls every callback once, except those that were removed', async () => {
  const abort = new AbortController()
  const { add, remove, pause } = createStoppers(abort.signal)
  const stopped: string[] = []
  const gone = () => stopped.push('gone')
  add(() => stopped.push('first'))
  add(gone)
  remove(gone)
  const paused = pause(60_000).then(() => stopped.push('pause'))
  abort.abort()
  await paused
  add(() => stopped.push('late'))
  await pause(60_000)
  expect(stopped).toEqual(['first', 'pause', 'late'])
})

test('a pause ends after its time', async () => {
  await createStoppers(new AbortController().signal).pause(1)
})

test('adding and removing 50,000 callbacks takes linear time', async () => {
  const { add, remove } = createStoppers(new AbortController().signal)
  const rounds = (count: number) => {
    const before = process.cpuUsage()
    const stops = Array.from({ length: count }, () => () => undefined)
    for (const stop of stops) add(stop)
    for (const stop of stops) remove(stop)
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  rounds(50_000) // until the code is compiled
  expect(rounds(50_000)).toBeLessThan(1_000_000) // µs of CPU; with an AbortSignal it takes minutes
})
