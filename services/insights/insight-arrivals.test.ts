import { randomUUID } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import type { InsightArrivals } from './insight-arrivals.ts'
import { createInsightArrivals } from './insight-arrivals.ts'

const { names } = useStack()
const nats = useNats()
const MAX_WAITING = 2_500
const never = new AbortController().signal

/** The result of a poll. */
let findSettled: (leadIds: readonly string[]) => Promise<Set<string>>
let polls: string[][]
let arrivals: InsightArrivals

beforeEach(async () => {
  await nats.first()
  // fake only the poll interval: NATS needs its real timers
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  polls = []
  findSettled = async () => new Set()
  arrivals = createInsightArrivals({
    nats,
    names,
    findSettled: (leadIds) => {
      polls.push([...leadIds])
      return findSettled(leadIds)
    },
    maxWaiting: MAX_WAITING,
    log: captureLog().log,
  })
  await (await nats.first()).flush() // the subscription is established
})
afterEach(() => {
  arrivals.stop()
  vi.useRealTimers()
})

async function publish(leadId: string): Promise<void> {
  const connection = await nats.first()
  connection.publish(names.insightReady(leadId), 'anything')
  await connection.flush()
}

describe('a wait for an insight', () => {
  test('ends for every call waiting for the lead when its event arrives, and for no others', async () => {
    const leadId = randomUUID()
    const waits = [arrivals.waitFor(leadId, never), arrivals.waitFor(leadId, never)]
    const other = arrivals.waitFor(randomUUID(), never)
    await publish(leadId)
    expect(await Promise.all(waits.map(({ arrived }) => arrived))).toEqual([true, true])
    other.cancel()
    expect(await other.arrived).toBe(false)
  })

  test('ends after a missed event, by one poll for all waiting calls', async () => {
    const [settled, alsoSettled, pending] = [randomUUID(), randomUUID(), randomUUID()]
    const waits = [settled, alsoSettled, pending].map((leadId) => arrivals.waitFor(leadId, never))
    findSettled = async () => new Set([settled, alsoSettled])
    vi.advanceTimersByTime(1_000)
    expect(await waits[0]?.arrived).toBe(true)
    expect(await waits[1]?.arrived).toBe(true)
    expect(polls).toEqual([[settled, alsoSettled, pending]])
    vi.advanceTimersByTime(1_000)
    expect(polls[1]).toEqual([pending])
  })

  test('continues after a failed poll', async () => {
    const leadId = randomUUID()
    const { arrived } = arrivals.waitFor(leadId, never)
    findSettled = async () => {
      throw new Error('no database')
    }
    await vi.advanceTimersByTimeAsync(1_000)
    findSettled = async () => new Set([leadId])
    vi.advanceTimersByTime(1_000)
    expect(await arrived).toBe(true)
  })

  test('is polled for in sequential batches, however many calls wait and however long a query takes', async () => {
    for (let i = 0; i < MAX_WAITING; i += 1) arrivals.waitFor(randomUUID(), never)
    const { promise, resolve } = Promise.withResolvers<Set<string>>()
    findSettled = () => promise
    await vi.advanceTimersByTimeAsync(3_000)
    expect(polls.map(({ length }) => length)).toEqual([1_000])
    resolve(new Set())
    await vi.advanceTimersByTimeAsync(0)
    expect(polls.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
    expect(new Set(polls.flat()).size).toBe(MAX_WAITING)
  })

  test('is rejected while too many calls wait, and accepted again once one has ended', async () => {
    const waits = Array.from({ length: MAX_WAITING }, () => arrivals.waitFor(randomUUID(), never))
    const oneMore = () => arrivals.waitFor(randomUUID(), never)
    expect(oneMore).toThrow(expect.objectContaining({ code: 'overloaded', retryAfterSeconds: 1 }))
    waits[0]?.cancel()
    waits[0]?.cancel()
    oneMore()
    expect(oneMore).toThrow(expect.objectContaining({ code: 'overloaded' }))
  })

  test('is not polled for once no call waits', async () => {
    arrivals.waitFor(randomUUID(), never).cancel()
    vi.advanceTimersByTime(5_000)
    expect(polls).toEqual([])
  })

  test('resolves to false when its signal aborts or is already aborted', async () => {
    const controller = new AbortController()
    const { arrived } = arrivals.waitFor(randomUUID(), controller.signal)
    controller.abort()
    expect(await arrived).toBe(false)
    expect(await arrivals.waitFor(randomUUID(), controller.signal).arrived).toBe(false)
    vi.advanceTimersByTime(1_000)
    expect(polls).toEqual([])
  })

  test('leaves no listener on its signal, however it ends', async () => {
    const { signal } = new AbortController()
    const [settled, cancelled, stopped] = [randomUUID(), randomUUID(), randomUUID()]
    const waits = [settled, cancelled, stopped].map((leadId) => arrivals.waitFor(leadId, signal))
    expect(getEventListeners(signal, 'abort')).toHaveLength(3)
    await publish(settled)
    waits[1]?.cancel()
    arrivals.stop()
    expect(await Promise.all(waits.map(({ arrived }) => arrived))).toEqual([true, false, false])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('cancelled after it ended does not end a later wait for the same lead', async () => {
    const leadId = randomUUID()
    const controller = new AbortController()
    const first = arrivals.waitFor(leadId, controller.signal)
    controller.abort()
    const second = arrivals.waitFor(leadId, never)
    first.cancel()
    findSettled = async () => new Set([leadId])
    vi.advanceTimersByTime(1_000)
    expect(polls).toEqual([[leadId]])
    expect(await second.arrived).toBe(true)
  })
})
