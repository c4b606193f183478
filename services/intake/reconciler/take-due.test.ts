import { createHash, randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { recordIncarnation } from './queue-head.ts'
import { countPublished, countUnpublished, oldestDueSeconds, takeDue } from './take-due.ts'

const { sql } = useStack()
beforeEach(() => sql`truncate leads, insights, unsettled_leads`)

/** A lead that was recorded as unsettled, is due, and has an insight by now. */
async function settledLead(): Promise<string> {
  const id = randomUUID()
  const hash = createHash('sha256').update('note').digest('hex')
  await sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${id}, 'test', ${randomUUID()}, '\\x00', 'note', ${hash})`
  await sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    values (${id}, ${randomUUID()}, 1, 'final', ${hash}, 'buy', 'P2', 'email', 1, '{}', '[]', 'en', 'test@1')`
  await sql`insert into unsettled_leads (lead_id, check_at) values (${id}, now() - interval '1 second')`
  return id
}

/** What {@link takeDue} would publish. */
const due = async () => (await takeDue(sql, undefined)).leads

const recorded = async () => (await sql`select lead_id from unsettled_leads`).map((row) => row.lead_id as string)

test('a settled lead is removed', async () => {
  await settledLead()
  expect(await due()).toEqual([])
  expect(await recorded()).toEqual([])
})

test('a row whose lead was erased is removed', async () => {
  await sql`insert into unsettled_leads (lead_id, share, check_at) values (${randomUUID()}, 'test', now())`
  expect(await due()).toEqual([])
  expect(await recorded()).toEqual([])
})

test('a lead that is retriaged concurrently is not removed, without waiting for its lock', async () => {
  const id = await settledLead()
  await sql.begin(async (retriage) => {
    await retriage`update leads set generation = 2 where id = ${id}`
    await retriage`update unsettled_leads set check_at = now() where lead_id = ${id}`
    expect(await due()).toEqual([])
  })
  expect(await recorded()).toEqual([id])
  expect(await due()).toMatchObject([{ id, generation: 2, again: false }])
})

test('a published lead is due again at once when its queue is recreated', async () => {
  const id = await settledLead()
  await sql`delete from insights where lead_id = ${id}`
  await recordIncarnation(sql, 'the first')
  const taken = await due()
  expect(taken).toMatchObject([{ id, again: false }])
  await countPublished(sql, taken)
  await recordIncarnation(sql, 'the first')
  expect(await due()).toEqual([])
  await recordIncarnation(sql, 'the second')
  expect(await due()).toMatchObject([{ id, again: false }])
})

test('leads of a lost stream become due in batches, so that no statement exceeds its timeout', async () => {
  await recordIncarnation(sql, 'the first')
  await sql`
    insert into unsettled_leads (lead_id, check_at, publishes, published_at)
    select gen_random_uuid(), now() + interval '5 minutes', 1, now() from generate_series(1, 25000)`
  const countDue = async () =>
    (
      await sql<{ count: number }[]>`
    select count(*)::int as count from unsettled_leads where published_at is null and check_at <= now()`
    )[0]?.count
  expect(await recordIncarnation(sql, 'the second')).toBe(true)
  expect(await countDue()).toBe(10_000)
  expect(await recordIncarnation(sql, 'the second')).toBe(true)
  expect(await recordIncarnation(sql, 'the second')).toBe(false)
  expect(await countDue()).toBe(25_000)
})

test('a lead that was taken but not published stays due, and is not counted as published', async () => {
  const id = await settledLead()
  await sql`delete from insights where lead_id = ${id}`
  expect(await due()).toMatchObject([{ id, again: false }])
  expect(await due()).toMatchObject([{ id, again: false }])
})

test('a lead that was retriaged before its publication was counted keeps the due time of the retriage', async () => {
  const id = await settledLead()
  await sql`delete from insights where lead_id = ${id}`
  const taken = await due()
  await sql`update unsettled_leads set check_at = now() - interval '1 second' where lead_id = ${id}`
  await countPublished(sql, taken)
  expect(await due()).toMatchObject([{ id, again: false }])
})

/** Leads without an insight that are due; the names are their notes. */
async function dueLeads(share: string, names: readonly string[]): Promise<void> {
  for (const [i, name] of names.entries()) {
    const id = randomUUID()
    await sql`
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
      values (${id}, ${share}, ${randomUUID()}, '\\x00', ${name}, 'x')`
    await sql`
      insert into unsettled_leads (lead_id, share, check_at)
      values (${id}, ${share}, now() - interval '1 minute' + make_interval(secs => ${i}))`
  }
}

/** Takes due leads and counts them as published, as the reconciler does. */
async function publishTurn(limit: number, lastShare: string) {
  const turn = await takeDue(sql, undefined, limit, lastShare)
  await countPublished(sql, turn.leads)
  return { ...turn, notes: turn.leads.map(({ note }) => note) }
}

test('shares take turns, beginning after the one that was last, each with its oldest lead first', async () => {
  await dueLeads('a', ['a1', 'a2', 'a3', 'a4', 'a5'])
  await dueLeads('b', ['b1', 'b2'])
  await dueLeads('c', ['c1'])
  expect(await publishTurn(4, 'a')).toMatchObject({ notes: ['b1', 'c1', 'a1', 'b2'], seen: 4, lastShare: 'b' })
  expect(await publishTurn(2, 'b')).toMatchObject({ notes: ['a2', 'a3'], lastShare: 'a' })
  expect(await publishTurn(10, 'a')).toMatchObject({ notes: ['a4', 'a5'], seen: 2 })
})

test('with room for one lead at a time, a share with one lead does not wait for one with many', async () => {
  await dueLeads('many', ['m1', 'm2', 'm3'])
  await dueLeads('quiet', ['q1'])
  const taken: string[] = []
  for (let lastShare = ''; taken.length < 4; ) {
    const turn = await publishTurn(1, lastShare)
    taken.push(...turn.notes)
    lastShare = turn.lastShare
  }
  expect(taken).toEqual(['m1', 'q1', 'm2', 'm3'])
})

test('the oldest due lead and the number of unpublished ones leave out leads that are not due yet', async () => {
  expect(await oldestDueSeconds(sql)).toBeUndefined()
  await dueLeads('a', ['a1'])
  await dueLeads('b', ['b1', 'b2'])
  const seconds = await oldestDueSeconds(sql)
  expect(seconds).toBeGreaterThanOrEqual(60)
  expect(seconds).toBeLessThan(90)
  expect(await countUnpublished(sql, 2)).toBe(2)
  expect(await countUnpublished(sql, 100)).toBe(3)
  await sql`update unsettled_leads set check_at = now() + interval '1 minute'`
  expect(await oldestDueSeconds(sql)).toBeUndefined()
  expect(await countUnpublished(sql, 100)).toBe(0)
})
