import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createMetrics } from '../telemetry/metrics.ts'
import { measureBatches } from './batch-metrics.ts'
import { createBatcher } from './batcher.ts'

test('every flush, successful or failed, records its size, wait and duration and the queue length', async () => {
  const metrics = createMetrics('test')
  const ends: PromiseWithResolvers<string[]>[] = []
  const batcher = createBatcher({
    maxBatchSize: 2,
    maxInFlight: 1,
    maxQueued: 10,
    flush: () => {
      const end = Promise.withResolvers<string[]>()
      ends.push(end)
      return end.promise
    },
    onFlush: measureBatches(metrics)('things', (text: string) => text.length),
  })
  const line = async (start: string) => {
    const { body } = await metrics.render()
    return body.split('\n').find((text) => text.startsWith(`leadtriage_batch_${start}`) && text.includes('="things"'))
  }

  const results = Promise.allSettled(['aa', 'bbb', 'c', 'd', 'e'].map((item) => batcher.submit(item)))
  await nextTurn()
  ends[0]?.resolve(['A', 'B'])
  await nextTurn()
  expect(await line('queued_items')).toMatch(/ 3$/)
  ends[1]?.reject(new Error('no'))
  await nextTurn()
  ends[2]?.resolve(['E'])
  expect((await results).map(({ status }) => status[0])).toEqual(['f', 'f', 'r', 'r', 'f'])

  expect(await line('items_sum')).toMatch(/ 8$/)
  expect(await line('items_count')).toMatch(/ 3$/)
  expect(await line('duration_seconds_count')).toMatch(/ 3$/)
  expect(await line('wait_seconds_count')).toMatch(/ 3$/)
  expect(await line('queued_items')).toMatch(/ 0$/)
})

test('each flush reports how long its first item waited', async () => {
  const ends: PromiseWithResolvers<string[]>[] = []
  const waited: number[] = []
  const batcher = createBatcher({
    maxBatchSize: 1,
    maxInFlight: 1,
    maxQueued: 10,
    flush: () => {
      const end = Promise.withResolvers<string[]>()
      ends.push(end)
      return end.promise
    },
    onFlush: ({ waitedSeconds }) => waited.push(waitedSeconds),
  })
  const startedAt = performance.now()
  const results = Promise.all(['a', 'b'].map((item) => batcher.submit(item)))
  await nextTurn()
  await sleep(30)
  ends[0]?.resolve(['A'])
  await nextTurn()
  ends[1]?.resolve(['B'])
  await results
  expect(waited[0]).toBeLessThan(waited[1] ?? 0)
  expect(waited[1]).toBeGreaterThan(0.02)
  expect(waited[1]).toBeLessThan((performance.now() - startedAt) / 1_000)
})
