import postgres from 'postgres'
import { expect, test } from 'vitest'
import { ANONYMOUS } from '../../../lib/auth/principal.ts'
import { lastToken, useWatchers } from '../../../test/fixtures/watchers.ts'
import { collectGarbage } from '../../../testkit/collect-garbage.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createRandom } from '../../../testkit/random.ts'
import { storedInsights } from '../../../testkit/stored-insights.ts'
import { createChangeReader } from './read-changes.ts'
import { watchInsights } from './watch-insights.ts'

const stack = useStack()
const insights = storedInsights(stack.sql)
const { sql, frequencies, changes, inTurn, ending, createFeed, startLive, startWatcher } = useWatchers(stack)

test('1,000 watchers receive each change once, and cost no memory for each change', async () => {
  const feed = createFeed({ changes: createChangeReader(sql) })
  const COUNT = 1_000
  let received = 0
  let live = 0
  const aborting = new AbortController()
  ending.push(() => aborting.abort())
  const ended = Promise.all(
    Array.from({ length: COUNT }, async () => {
      const parts = { sql, frequencies, feed, changes, inTurn, startCall: () => () => undefined }
      const caller = { principal: ANONYMOUS, signal: aborting.signal }
      for await (const items of watchInsights(parts, { filter: { priorities: ['P1'] } }, caller)) {
        for (const { event } of items) {
          if (event.type === 'insight') received += 1
          else live += 1
        }
      }
    }),
  ).catch((error: unknown) => error)
  await eventually(() => live === COUNT)
  const round = async () => {
    const before = received
    await insights.addMany(50)
    await eventually(() => received === before + 50 * COUNT)
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const first = await round()
  for (let rounds = 0; rounds < 3; rounds += 1) await round()
  const grown = (await round()) - first
  expect(received).toBe(250 * COUNT)
  expect(grown).toBeLessThan(5_000_000) // 200 changes for 1,000 watchers; kept once
  aborting.abort()
  await ended
}, 60_000)

test('while transactions overlap in any way, watchers that reconnect all the time receive each change once', async () => {
  const random = createRandom('overlapping transactions')
  const ids = await insights.addMany(20)
  const writers = postgres(stack.ownerUrl, { max: 8 })
  const feed = createFeed()
  const done = new AbortController()

  /** Reads a few events at a time, then resumes with the last token. */
  const follow = async (name: string): Promise<string[]> => {
    const chance = random.fork(name)
    const received: string[] = []
    let resume_token: string | undefined = begin
    for (let isLast = false; !isLast; ) {
      isLast = done.signal.aborted // the writers had ended before this call began
      const watcher = startWatcher({ resume_token }, { feed, heartbeatMs: 20 })
      let left = isLast ? Number.POSITIVE_INFINITY : chance.integer(1, 12)
      for await (const { event, resumeToken } of watcher.stream) {
        resume_token = resumeToken
        if (event.type === 'insight') received.push(`${event.row.lead.id} ${event.row.insight?.generation}`)
        left -= 1
        if (left <= 0 || (isLast && event.type === 'synchronized')) break
      }
    }
    return received
  }
  const first = await startLive({}, { feed })
  const begin = lastToken(first)
  const following = ['a', 'b', 'c', 'd'].map(follow)

  let generation = 1
  const write = async (name: string) => {
    const chance = random.fork(name)
    for (let i = 0; i < 25; i += 1) {
      // in the order of ids, so that transactions cannot deadlock
      const changed = ids.filter(() => chance.chance(0.1)).sort()
      await writers.begin(async (sql) => {
        for (const id of changed) {
          generation += 1
          await insights.change(id, { generation }, sql as never)
          await new Promise((resolve) => setTimeout(resolve, chance.integer(0, 8)))
        }
        if (chance.chance(0.2)) await sql`select pg_sleep(0.05)`
      })
    }
  }
  await Promise.all(['1', '2', '3', '4', '5', '6'].map(write))
  await writers.end()
  done.abort()
  const rows = await stack.sql<{ lead_id: string; generation: number }[]>`
    select lead_id, generation from insights where lead_id = any(${ids}::uuid[]) and generation > 1`
  for (const received of await Promise.all(following)) {
    expect(new Set(received).size).toBe(received.length)
    expect(received).toEqual(expect.arrayContaining(rows.map((row) => `${row.lead_id} ${row.generation}`)))
  }
}, 60_000)
