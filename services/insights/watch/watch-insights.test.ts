import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { migrate } from '../../../db/migrate.ts'
import type { WatchInput } from '../../../test/fixtures/watchers.ts'
import { idsOf, lastToken, types, useWatchers } from '../../../test/fixtures/watchers.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { storedInsights } from '../../../testkit/stored-insights.ts'
import type { WatchItem } from './watch-item.ts'

const stack = useStack()
const insights = storedInsights(stack.sql)
const { changes, createFeed, startLive, startWatcher } = useWatchers(stack)

test('a watcher receives what is stored after it is synchronized, once, and nothing from before', async () => {
  await insights.add()
  const watcher = await startLive()
  const stored = [await insights.add(), await insights.add({ priority: 'P0' })]
  await eventually(() => idsOf(watcher).length >= 2)
  await insights.change(stored[0] as string, { generation: 2, priority: 'P3' })
  await eventually(() => idsOf(watcher).length >= 3)
  expect(types(watcher)).toEqual(['synchronized', 'insight', 'insight', 'insight'])
  expect(idsOf(watcher)).toEqual([...stored, stored[0]])
  expect(watcher.items.at(-1)?.event).toMatchObject({
    row: { state: 'open', insight: { generation: 2, priority: 'P3' } },
  })
})

test('a watcher that resumes receives what it has missed in pages, then what is new, each once and in order', async () => {
  const first = await startLive()
  const token = lastToken(first)
  first.abort()
  const missed = await insights.addMany(95)
  const watcher = await startLive({ resume_token: token })
  const fresh = await insights.add()
  await eventually(() => idsOf(watcher).includes(fresh))
  expect(idsOf(watcher).slice(0, -1).sort()).toEqual(missed.toSorted())
  expect(types(watcher).indexOf('synchronized')).toBe(95)
})

test('from the token of any event, a watcher continues with the next', async () => {
  const watcher = await startLive()
  await insights.addMany(25)
  await insights.add()
  await eventually(() => idsOf(watcher).length >= 26)
  const all = idsOf(watcher)
  for (const index of [1, 9, 10, 11, 20, 25, 26]) {
    const resumed = await startLive({ resume_token: watcher.items[index]?.resumeToken as string })
    expect(idsOf(resumed), String(index)).toEqual(all.slice(index))
    resumed.abort()
  }
})

test('a transaction that commits late is missed by no watcher and doubled for none', async () => {
  const [late, other] = [await insights.add(), await insights.add()]
  const watcher = await startLive()
  const start = lastToken(watcher)
  const committing = Promise.withResolvers<void>()
  const changed = Promise.withResolvers<void>()
  const transaction = stack.sql.begin(async (begun) => {
    await insights.change(late, { priority: 'P0' }, begun as never)
    changed.resolve()
    await committing.promise
  })
  await changed.promise
  await insights.change(other, { priority: 'P2' })
  await eventually(() => idsOf(watcher).length === 1)
  const between = lastToken(watcher)
  committing.resolve()
  await transaction
  await eventually(() => idsOf(watcher).length === 2)
  const fresh = await insights.add()
  await eventually(() => idsOf(watcher).length === 3)
  expect(idsOf(watcher)).toEqual([other, late, fresh])
  const resumed = [await startLive({ resume_token: start }), await startLive({ resume_token: between })]
  expect(resumed.map(idsOf)).toEqual([
    [late, other, fresh],
    [late, fresh],
  ])
})

describe('a watcher that starts with the open leads', () => {
  test('receives them by urgency, then the changes since', async () => {
    await stack.sql`delete from insights`
    const [second, first] = [await insights.add({ priority: 'P2' }), await insights.add({ priority: 'P0' })]
    await insights.add({ priority: 'P0', intent: 'spam' })
    const watcher = await startLive({ include_open: true, filter: { intents: ['buy'] } })
    expect(idsOf(watcher)).toEqual([first, second])
    expect(watcher.items.map(({ resumeToken }) => resumeToken === '')).toEqual([true, true, false])
    expect(watcher.items.at(-1)?.event).toEqual({ type: 'synchronized', openLeadsTruncated: false })
    const third = await insights.add()
    await eventually(() => idsOf(watcher).length > 2)
    expect(idsOf(watcher)).toEqual([first, second, third])
  })

  test('receives the most urgent 1,000 of them, and is told when there are more', async () => {
    await stack.sql`delete from insights`
    await insights.addMany(500) // P1
    const low = await insights.add({ priority: 'P2' })
    const urgent = await insights.add({ priority: 'P0' })
    await insights.addMany(499)
    const watcher = await startLive({ include_open: true })
    expect(idsOf(watcher)).toHaveLength(1_000)
    expect(idsOf(watcher)[0]).toBe(urgent)
    expect(idsOf(watcher)).not.toContain(low)
    expect(watcher.items.at(-1)?.event).toEqual({ type: 'synchronized', openLeadsTruncated: true })
  })
})

test('a slow watcher is told that it lags and ends with a token, and others are not delayed', async () => {
  const feed = createFeed({ recent: { changes: 30, bytes: 1e9, ageMs: 60_000 } })
  const slow = startWatcher({}, { feed })
  expect((await slow.stream.next()).value).toMatchObject({ event: { type: 'synchronized' } })
  const fast = await startLive({}, { feed })
  const ids = new Set<string>()
  for (let round = 0; round < 5; round += 1) for (const id of await insights.addMany(10)) ids.add(id)
  await eventually(() => idsOf(fast).length === 50)
  expect(new Set(idsOf(fast))).toEqual(ids)
  const { value: lagging } = await slow.stream.next()
  expect(lagging).toMatchObject({ event: { type: 'lagging' } })
  expect((await slow.stream.next()).done).toBe(true)
  const resumed = await startLive({ resume_token: (lagging as WatchItem).resumeToken }, { feed })
  expect(new Set(idsOf(resumed))).toEqual(ids)
  expect(idsOf(resumed)).toHaveLength(50)
})

test('a watcher with nothing to receive gets heartbeats with fresh tokens', async () => {
  const watcher = await startLive({ filter: { intents: ['job'] } }, { feed: createFeed(), heartbeatMs: 50 })
  await insights.addMany(3)
  await eventually(() => new Set(watcher.items.map(({ resumeToken }) => resumeToken)).size > 1)
  expect(new Set(types(watcher))).toEqual(new Set(['synchronized', 'heartbeat']))
  const resumed = await startLive({ filter: { intents: ['job'] }, resume_token: lastToken(watcher) })
  expect(idsOf(resumed)).toEqual([])
})

test('watchers of the same filter and scopes share what they receive, and others do not', async () => {
  const feed = createFeed()
  const filter = { priorities: ['P1'] }
  const scopes = new Set(['insights:read'] as const)
  const watchers = [
    await startLive({ filter }, { feed }),
    await startLive({ filter }, { feed }),
    await startLive({ filter }, { feed, scopes }),
    await startLive({}, { feed }),
  ]
  await insights.add({ priority: 'P1' })
  await eventually(() => watchers.every((watcher) => idsOf(watcher).length === 1))
  const [one, same, redacted, all] = watchers.map(({ items }) => items.at(-1))
  expect(one).toBe(same)
  expect(redacted?.resumeToken).toBe(one?.resumeToken)
  expect(new Set([one, redacted, all]).size).toBe(3)
})

test('a watcher without leads:read receives no personal data', async () => {
  const watcher = await startLive({}, { scopes: new Set(['insights:read'] as const) })
  await insights.add({}, { email: 'ada@example.com', name: 'Ada', note: 'secret' })
  await eventually(() => idsOf(watcher).length === 1)
  expect(watcher.items[1]?.event).toMatchObject({ row: { lead: { email: null, name: null, note: '' } } })
})

test('nothing is sent about a lead that was erased', async () => {
  const first = await startLive()
  const [erased, kept] = [await insights.add(), await insights.add()]
  await stack.sql`delete from leads where id = ${erased}`
  const resumed = await startLive({ resume_token: first.items[0]?.resumeToken as string })
  expect(idsOf(resumed)).toEqual([kept])
})

test('a watcher that starts while the feed retries a page receives nothing that was committed before', async () => {
  const failing = Promise.withResolvers<void>()
  let reachedSecondPage = false
  const flaky = {
    ...changes,
    read: async (...[position, until, folded]: Parameters<typeof changes.read>) => {
      if (position.batch === undefined || reachedSecondPage) return changes.read(position, until, folded)
      reachedSecondPage = true
      await failing.promise
      throw new Error('no database')
    },
  }
  const feed = createFeed({ changes: flaky })
  const first = await startLive({}, { feed })
  const many = await insights.addMany(15) // more than a page
  await eventually(() => reachedSecondPage)
  const before = await insights.add()
  const second = startLive({}, { feed })
  failing.resolve()
  const late = await second
  const fresh = await insights.add()
  await eventually(() => idsOf(late).includes(fresh))
  expect(idsOf(late)).toEqual([fresh])
  await eventually(() => idsOf(first).includes(fresh))
  expect(idsOf(first).toSorted()).toEqual([...many, before, fresh].toSorted())
})

test.each([
  ['another timeline', { timeline: '00000002' }],
  ['another database', { database: 'other' }],
  ['a snapshot from before the last change', { snapshot: { xmax: 3n, inProgress: [] } }],
])('when a read finds %s, live watchers end and are told to resume, and new ones start', async (_, found) => {
  let hasFailedOver = false
  const failingOver = {
    ...changes,
    read: async (...args: Parameters<typeof changes.read>) => {
      const page = await changes.read(...args)
      if (!hasFailedOver) return page
      hasFailedOver = false
      return { ...page, ...found }
    },
  }
  const feed = createFeed({ changes: failingOver })
  const watcher = await startLive({}, { feed })
  hasFailedOver = true
  expect(await watcher.ended).toMatchObject({ code: 'unavailable', message: expect.stringContaining('resume token') })
  const resumed = await startLive({ resume_token: lastToken(watcher) }, { feed })
  const id = await insights.add()
  await eventually(() => idsOf(resumed).includes(id))
})

test('insights that were restored from a dump of another server are no changes, and migrate forgets their transactions', async () => {
  const watcher = await startLive()
  const restored = await insights.add({ changed_in: '9000000000000' })
  const fresh = await insights.add()
  await eventually(() => idsOf(watcher).length > 0)
  expect(idsOf(watcher)).toEqual([fresh])
  await migrate(stack.ownerUrl)
  const rows = await stack.sql`select changed_in::text from insights where lead_id = ${restored}`
  expect(rows).toEqual([{ changed_in: '0' }])
  const next = await insights.add()
  await eventually(() => idsOf(watcher).length > 1)
  expect(idsOf(watcher)).toEqual([fresh, next])
})

test('the feed runs only while somebody watches, and nothing is left of a watcher that ends', async () => {
  const reads: unknown[] = []
  const counting = {
    ...changes,
    read: (...args: Parameters<typeof changes.read>) => {
      reads.push(args)
      return changes.read(...args)
    },
  }
  const feed = createFeed({ changes: counting })
  const watchers = [await startLive({}, { feed }), await startLive({}, { feed })]
  for (const { abort } of watchers) abort()
  await Promise.all(watchers.map(({ ended }) => ended))
  for (const { signal } of watchers) expect(getEventListeners(signal, 'abort')).toEqual([])
  const before = reads.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(reads.length).toBeLessThanOrEqual(before + 1)
  const again = await startLive({}, { feed })
  const id = await insights.add()
  await eventually(() => idsOf(again).includes(id))
})

test('one watcher more than permitted is refused', async () => {
  const feed = createFeed({ maxWatchers: 1 })
  await startLive({}, { feed })
  await expect(startWatcher({}, { feed }).stream.next()).rejects.toMatchObject({ code: 'overloaded' })
})

test('a watcher counts for its client until it ends, also if it is refused', async () => {
  const counted: string[] = []
  const startCall = (clientId: string) => {
    counted.push(clientId)
    return () => void counted.pop()
  }
  const feed = createFeed({ maxWatchers: 1 })
  const watcher = await startLive({}, { feed, startCall })
  await expect(startWatcher({}, { feed, startCall }).stream.next()).rejects.toMatchObject({ code: 'overloaded' })
  expect(counted).toEqual(['anonymous'])
  watcher.abort()
  await watcher.ended
  expect(counted).toEqual([])
})

describe('a resume token', () => {
  const refusal = async (input: WatchInput) => {
    const error: unknown = await startWatcher(input)
      .stream.next()
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
    return error as { code: string; violations: { path: string; message: string }[] }
  }
  test('of another filter, of another database, of the future or malformed is refused', async () => {
    const watcher = await startLive({ filter: { intents: ['buy'] } })
    const token = lastToken(watcher)
    const filter = { intents: ['buy'] }
    const [version, print, database, seen] = token.split('.')
    const refused: [resume_token: string, message: string, filter?: object][] = [
      [token, 'another filter', { intents: ['job'] }],
      [[version, print, 'AAAAAAAAAAAA', seen].join('.'), 'another database'],
      [[version, print, database, 'zzzzzzzzz'].join('.'), 'before the database was restored'],
      ['garbage', 'must be a resume token'],
      [`${token}.`, 'must be a resume token'],
      [`${token}-0`, 'must be a resume token'],
      [[version, print, database, 'zzzzzzzzzzzzz'].join('.'), 'must be a resume token'],
      [`${token}.a.a.x`, 'must be a resume token'],
    ]
    for (const [resume_token, message, other] of refused) {
      const { code, violations } = await refusal({ filter: other ?? filter, resume_token })
      expect({ code, violations }, resume_token).toEqual({
        code: 'invalid_request',
        violations: [{ path: 'resume_token', message: expect.stringContaining(message) }],
      })
    }
  })
  test('that is malformed is refused before the watch is admitted, so that the response has the status of an error', async () => {
    const full = createFeed({ maxWatchers: 0 })
    const { stream } = startWatcher({ resume_token: 'garbage' }, { feed: full })
    await expect(stream.next()).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(startWatcher({}, { feed: full }).stream.next()).rejects.toMatchObject({ code: 'overloaded' })
  })
})

test('a filter that excludes every lead with an insight is refused', async () => {
  const watcher = startWatcher({ filter: { states: ['dead_lettered'] } })
  await expect(watcher.stream.next()).rejects.toMatchObject({
    code: 'invalid_request',
    violations: [{ path: 'filter.states' }],
  })
})
