import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createMetrics } from '../telemetry/metrics.ts'
import { measureBatches } from './batch-metrics.ts'
import { createBatcher } from './batcher.ts'

test('every flush is counted by its size and its time, a failed one too, and so is what waits behind it', async () => {
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
    onFlush: measureBatches(metrics)('things'),
  })
  const line = async (start: string) => {
    const { body } = await metrics.render()
    return body.split('\n').find((text) => text.startsWith(`leadtriage_batch_${start}`) && text.includes('="things"'))
  }

  const results = Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((item) => batcher.submit(item)))
  await nextTurn()
  ends[0]?.resolve(['A', 'B'])
  await nextTurn()
  expect(await line('queued_items')).toMatch(/ 3$/)
  ends[1]?.reject(new Error('no'))
  await nextTurn()
  ends[2]?.resolve(['E'])
  expect((await results).map(({ status }) => status[0])).toEqual(['f', 'f', 'r', 'r', 'f'])

  expect(await line('items_sum')).toMatch(/ 5$/)
  expect(await line('items_count')).toMatch(/ 3$/)
  expect(await line('duration_seconds_count')).toMatch(/ 3$/)
  expect(await line('queued_items')).toMatch(/ 0$/)
})
