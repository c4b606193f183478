import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AppError } from '../errors/app-error.ts'
import type { BatcherOptions } from './batcher.ts'
import { createBatcher } from './batcher.ts'

type Limits = Omit<BatcherOptions<number, string>, 'flush'>

interface RunningFlush {
  readonly items: readonly number[]
  succeed(): void
  fail(error: Error): void
}

/** A batcher whose flushes the test settles; the result of an item is `done <item>`. */
function controlledBatcher(limits: Partial<Limits> = {}) {
  const flushed: number[][] = []
  const running: RunningFlush[] = []
  const flush = (items: readonly number[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>()
    flushed.push([...items])
    running.push({ items, succeed: () => resolve(items.map((item) => `done ${item}`)), fail: reject })
    const ended = running.at(-1) as RunningFlush
    return promise.finally(() => running.splice(running.indexOf(ended), 1))
  }
  const batcher = createBatcher({ maxBatchSize: 10, maxInFlight: 1, maxQueued: 100, ...limits, flush })
  return { batcher, flushed, running }
}

describe('a batcher', () => {
  test('adds no delay when idle: the first item is flushed within the microtasks of the same turn', async () => {
    const { batcher, flushed, running } = controlledBatcher()
    const result = batcher.submit(1)
    await Promise.resolve()
    expect(flushed).toEqual([[1]])
    running[0]?.succeed()
    expect(await result).toBe('done 1')
  })

  test('puts items submitted in one turn into one batch', async () => {
    const { batcher, flushed } = controlledBatcher()
    for (const item of [1, 2, 3]) void batcher.submit(item)
    await nextTurn()
    expect(flushed).toEqual([[1, 2, 3]])
  })

  test('puts items submitted during a flush into the next one', async () => {
    const { batcher, flushed, running } = controlledBatcher()
    for (const item of [1, 2, 3]) {
      void batcher.submit(item)
      await nextTurn()
    }
    expect(flushed).toEqual([[1]])
    running[0]?.succeed()
    await nextTurn()
    expect(flushed).toEqual([[1], [2, 3]])
  })

  test('rejects only the items of a failed batch, with its error', async () => {
    const { batcher, running } = controlledBatcher({ maxBatchSize: 2 })
    const results = Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)))
    await nextTurn()
    const failure = new Error('the disk is full')
    running[0]?.fail(failure)
    await nextTurn()
    running[0]?.succeed()
    expect(await results).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
      { status: 'fulfilled', value: 'done 3' },
    ])
  })

  test('rejects only the item whose result is an Error, with that error', async () => {
    const missing = new Error('not found')
    const batcher = createBatcher({
      maxBatchSize: 3,
      maxInFlight: 1,
      maxQueued: 3,
      flush: async (items: readonly number[]) => items.map((item) => (item === 2 ? missing : `done ${item}`)),
    })
    expect(await Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)))).toEqual([
      { status: 'fulfilled', value: 'done 1' },
      { status: 'rejected', reason: missing },
      { status: 'fulfilled', value: 'done 3' },
    ])
  })

  test.each([
    ['returns too few results', async () => ['one']],
    ['returns too many results', async () => ['one', 'two', 'three']],
    [
      'throws before it returns a promise',
      () => {
        throw new Error('synchronous failure')
      },
    ],
  ])('whose flush %s rejects the batch and accepts further items', async (_what, broken) => {
    let flush: (items: readonly number[]) => Promise<readonly string[]> = broken
    const batcher = createBatcher<number, string>({
      maxBatchSize: 2,
      maxInFlight: 1,
      maxQueued: 4,
      flush: (items) => flush(items),
    })
    const results = await Promise.allSettled([batcher.submit(1), batcher.submit(2)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    flush = async (items) => items.map(String)
    expect(await batcher.submit(3)).toBe('3')
    await batcher.drain()
  })

  test('rejects items beyond maxQueued as overloaded, with a retry delay', async () => {
    const { batcher, flushed } = controlledBatcher({ maxQueued: 2 })
    void batcher.submit(1)
    await nextTurn()
    for (const item of [2, 3]) void batcher.submit(item)
    await expect(batcher.submit(4)).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
    expect(flushed).toEqual([[1]])
  })

  describe('with bounds in bytes', () => {
    const bytesOf = (item: number) => item
    const byteLimits = { bytesOf, maxBatchBytes: 10, maxQueuedBytes: 30 }

    test('closes a batch before it exceeds maxBatchBytes, and flushes a larger item alone', async () => {
      const { batcher, flushed, running } = controlledBatcher({ byteLimits })
      for (const item of [4, 6, 1, 12, 3]) void batcher.submit(item)
      for (let flush = 1; flush <= 4; flush += 1) {
        await nextTurn()
        running[0]?.succeed()
      }
      expect(flushed).toEqual([[4, 6], [1], [12], [3]])
    })

    test('rejects an item beyond maxQueuedBytes, and accepts it once there is room', async () => {
      const { batcher, running } = controlledBatcher({ byteLimits })
      void batcher.submit(1)
      await nextTurn()
      for (const item of [10, 10, 9]) void batcher.submit(item)
      await expect(batcher.submit(2)).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
      void batcher.submit(1)
      await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded' })
      running[0]?.succeed()
      await nextTurn()
      void batcher.submit(10)
      await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded' })
    })

    test('queues an item larger than maxQueuedBytes when the queue is empty', async () => {
      const { batcher, flushed, running } = controlledBatcher({ byteLimits })
      void batcher.submit(1)
      await nextTurn()
      void batcher.submit(31)
      await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded' })
      running[0]?.succeed()
      await nextTurn()
      expect(flushed).toEqual([[1], [31]])
    })

    test('has its full queue capacity after all queued items were rejected', async () => {
      const { batcher, running } = controlledBatcher({ byteLimits, failsAll: () => true })
      const results = Promise.allSettled([10, 20].map((item) => batcher.submit(item)))
      await nextTurn()
      running[0]?.fail(new Error('PostgreSQL is unreachable'))
      expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      void batcher.submit(1)
      await nextTurn()
      const accepted = Promise.all([15, 15].map((item) => batcher.submit(item)))
      await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded' })
      for (let flush = 1; flush <= 3; flush += 1) {
        running[0]?.succeed()
        await nextTurn()
      }
      expect(await accepted).toEqual(['done 15', 'done 15'])
    })
  })

  describe('with keys', () => {
    const keyOf = (item: number) => (item < 1_000 ? 'a' : 'b')

    test('flushes the item of one key in the next batch, however many another key has queued', async () => {
      const { batcher, flushed, running } = controlledBatcher({ keyOf, maxQueued: 1_000 })
      for (let item = 0; item < 500; item += 1) void batcher.submit(item)
      await nextTurn()
      void batcher.submit(1_000)
      running[0]?.succeed()
      await nextTurn()
      expect(flushed[1]).toContain(1_000)
    })

    test('rejects the items of a key that fills most of the queue, and accepts those of another', async () => {
      const { batcher, running } = controlledBatcher({ keyOf, maxBatchSize: 1, maxQueued: 8 })
      const submitted = (item: number) => batcher.submit(item).catch((error: AppError) => error.code)
      const outcomes = Promise.all([0, 1, 2, 3, 4, 5, 6, 1_000, 7].map(submitted))
      await nextTurn()
      for (let flush = 1; flush <= 7; flush += 1) {
        running[0]?.succeed()
        await nextTurn()
      }
      const done = [0, 1, 2, 3, 4, 5].map((item) => `done ${item}`)
      expect(await outcomes).toEqual([...done, 'overloaded', 'done 1000', 'overloaded'])
    })
  })

  test('rejects new items once draining as unavailable, with a retry delay', async () => {
    const { batcher } = controlledBatcher()
    await batcher.drain()
    await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
  })

  test('can be drained twice; both calls resolve only after the accepted items have settled', async () => {
    const { batcher, running } = controlledBatcher({ maxBatchSize: 1 })
    const settled: string[] = []
    for (const item of [1, 2]) void batcher.submit(item).then((result) => settled.push(result))
    const drains = [batcher.drain(), batcher.drain()].map((drain) => drain.then(() => settled.push('drained')))
    for (let flush = 1; flush <= 2; flush += 1) {
      await nextTurn()
      expect(settled).not.toContain('drained')
      running[0]?.succeed()
    }
    await Promise.all(drains)
    expect(settled).toEqual(['done 1', 'done 2', 'drained', 'drained'])
    await batcher.drain()
  })
})

const limits = fc.record({
  maxBatchSize: fc.integer({ min: 1, max: 4 }),
  maxInFlight: fc.integer({ min: 1, max: 3 }),
  maxQueued: fc.integer({ min: 1, max: 8 }),
})
type Step =
  | { readonly do: 'submit'; readonly count: number }
  | { readonly do: 'succeed' | 'fail'; readonly which: number }
  | { readonly do: 'drain' }
const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('submit'), count: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('succeed', 'fail'), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant({ do: 'drain' }) },
  ),
  { maxLength: 40 },
)

test('the invariants hold for any order of submissions, completed and failed flushes, and drains', async () => {
  await fc.assert(
    fc.asyncProperty(limits, steps, async (limits, steps) => {
      const { batcher, flushed, running } = controlledBatcher(limits)
      const accepted: { item: number; settled: Promise<string> }[] = []
      const failed = new Set<number>()
      const drains: Promise<void>[] = []
      const drain = () => drains.push(batcher.drain().then(() => expect(running.length + waiting()).toBe(0))) // 5
      const waiting = () => accepted.length - flushed.flat().length

      const submit = async (item: number) => {
        const mayWait = waiting() < limits.maxQueued && drains.length === 0
        const submitted = batcher.submit(item)
        if (mayWait) return accepted.push({ item, settled: submitted.catch(String) })
        const code = drains.length > 0 ? 'unavailable' : 'overloaded'
        return expect(submitted).rejects.toMatchObject({ code }) // 4, 5
      }
      const endFlush = (flush: RunningFlush | undefined, succeeds: boolean) => {
        if (succeeds) return flush?.succeed()
        for (const item of flush?.items ?? []) failed.add(item)
        flush?.fail(new Error('failed'))
      }

      let next = 0
      for (const step of steps) {
        if (step.do === 'submit') {
          const submissions = Array.from({ length: step.count }, () => submit(next++))
          await Promise.all(submissions)
        } else if (step.do === 'drain') drain()
        else endFlush(running[step.which % running.length], step.do === 'succeed')
        await nextTurn()
        expect(running.length).toBeLessThanOrEqual(limits.maxInFlight) // 2
        if (waiting() > 0) expect(running.length).toBe(limits.maxInFlight) // 1: items wait only if all flushes run
      }

      drain()
      while (running.length > 0) {
        endFlush(running[0], true)
        await nextTurn()
      }
      await Promise.all(drains)
      expect(flushed.every((batch) => batch.length <= limits.maxBatchSize)).toBe(true) // 2
      expect(flushed.flat()).toEqual(accepted.map(({ item }) => item)) // 3
      const expected = accepted.map(({ item }) => (failed.has(item) ? 'Error: failed' : `done ${item}`))
      expect(await Promise.all(accepted.map(({ settled }) => settled))).toEqual(expected) // 3
    }),
  )
})
