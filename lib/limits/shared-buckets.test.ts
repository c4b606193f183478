import { afterAll, describe, expect, test, vi } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import { connectPostgres } from '../postgres/connect.ts'
import type { Rate } from './rate.ts'
import { createSharedBuckets } from './shared-buckets.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const closers: (() => Promise<unknown>)[] = []
afterAll(() => Promise.all(closers.map((close) => close())))

/** The buckets of one process. Buckets of the same name are shared. */
function startProcess(name: string, rate: Rate, url = stack.serviceUrls.insights) {
  const log = captureLog()
  const sql = connectPostgres({ url, applicationName: 'shared-buckets.test', maxConnections: 2, log: log.log })
  closers.push(() => sql.end({ timeout: 1 }))
  return { buckets: createSharedBuckets({ sql, name, rate, log: log.log }), log }
}

type Buckets = ReturnType<typeof startProcess>['buckets']

async function takeMany(buckets: Buckets, client: string, calls: number, tokens = 1): Promise<number> {
  const all = await Promise.all(Array.from({ length: calls }, () => buckets.take(client, tokens)))
  return all.filter(({ allowed }) => allowed).length
}

const HOUR = 3_600

describe('processes that share a limit', () => {
  test('together give out the quota and no more', async () => {
    const processes = [1, 2, 3].map(() => startProcess('together', { quota: 600, windowSeconds: HOUR }))
    const given = await Promise.all(processes.map(({ buckets }) => takeMany(buckets, 'shop', 500)))
    const sum = given.reduce((total, count) => total + count, 0)
    expect(sum).toBeGreaterThanOrEqual(600)
    expect(sum).toBeLessThanOrEqual(600 + 1) // what refills meanwhile
    expect(await takeMany(processes[0]?.buckets as Buckets, 'other', 500)).toBe(500)
  })

  test('give out what refills, evenly', async () => {
    const [one, two] = [1, 2].map(() => startProcess('refill', { quota: 200, windowSeconds: 2 })) as [
      ReturnType<typeof startProcess>,
      ReturnType<typeof startProcess>,
    ]
    const startedAt = performance.now()
    let given = await takeMany(one.buckets, 'shop', 400)
    expect(given).toBeGreaterThanOrEqual(200)
    while (performance.now() - startedAt < 1_500) {
      given += await takeMany(one.buckets, 'shop', 5)
      given += await takeMany(two.buckets, 'shop', 5)
    }
    const seconds = (performance.now() - startedAt) / 1_000
    expect(given).toBeLessThanOrEqual(200 + seconds * 100)
    expect(given).toBeGreaterThan(200 + 0.5 * seconds * 100)
  })

  test('take tokens in portions: calls between them are answered at once', async () => {
    const { buckets } = startProcess('portions', { quota: 1_000, windowSeconds: HOUR })
    expect(buckets.take('shop')).toBeInstanceOf(Promise)
    await buckets.take('shop')
    const taken = buckets.take('shop')
    expect(taken).toMatchObject({ allowed: true })
    const [row] = await stack.sql`select count(*)::int as buckets from rate_limits where key = 'portions:shop'`
    expect(row).toEqual({ buckets: 1 })
  })

  test('do not keep a portion for longer than a window, which would add up to larger bursts', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const { buckets } = startProcess('expiry', { quota: 1_000, windowSeconds: 10 })
      await buckets.take('shop')
      vi.advanceTimersByTime(9_999)
      expect(buckets.take('shop')).toMatchObject({ allowed: true })
      vi.advanceTimersByTime(2)
      expect(buckets.take('shop')).toBeInstanceOf(Promise)
    } finally {
      vi.useRealTimers()
    }
  })

  test('tell a refused client when to retry, and refuse it from memory until then', async () => {
    const { buckets } = startProcess('refused', { quota: 20, windowSeconds: HOUR })
    expect(await takeMany(buckets, 'shop', 30)).toBe(20)
    const refused = await buckets.take('shop')
    expect(refused).toMatchObject({ allowed: false, remaining: 0 })
    expect(refused.waitMs / 1_000).toBeGreaterThan(HOUR / 20 - 10)
    expect(refused.waitMs / 1_000).toBeLessThanOrEqual(HOUR / 20)
    await stack.sql`delete from rate_limits` // which only a process that asks again would notice
    expect(await buckets.take('shop')).toMatchObject({ allowed: false })
    expect(await startProcess('refused', { quota: 20, windowSeconds: HOUR }).buckets.take('shop')).toMatchObject({
      allowed: true,
    })
  })

  test('take many tokens at once, all or none', async () => {
    const { buckets } = startProcess('many', { quota: 1_000, windowSeconds: HOUR })
    expect(await takeMany(buckets, 'shop', 3, 400)).toBe(2)
    expect(await startProcess('many', { quota: 1_000, windowSeconds: HOUR }).buckets.take('shop', 150)).toMatchObject({
      allowed: true,
    })
  })
})

test('while PostgreSQL is away each process keeps to the limit by itself', async () => {
  const proxy = await proxyTo(stack.serviceUrls.insights)
  const rate = { quota: 100, windowSeconds: HOUR }
  const { buckets, log } = startProcess('away', rate, proxy.through(stack.serviceUrls.insights))
  await proxy.cut()
  expect(await takeMany(buckets, 'shop', 150)).toBe(100)
  expect(log.entries()).toContainEqual(
    expect.objectContaining({ level: 40, msg: 'shared limits are unavailable; this process limits by itself' }),
  )
})
