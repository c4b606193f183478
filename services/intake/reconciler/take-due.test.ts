import { createHash, randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { eventually, nonEmpty } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { recordIncarnation } from './queue-head.ts'
import { countPublished, takeDue } from './take-due.ts'

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

const recorded = async () => (await sql`select lead_id from unsettled_leads`).map((row) => row.lead_id as string)

test('a settled lead is removed', async () => {
  await settledLead()
  expect(await takeDue(sql, undefined)).toEqual([])
  expect(await recorded()).toEqual([])
})

test('a lead that is retriaged concurrently is not removed, without waiting for its lock', async () => {
  const id = await settledLead()
  await sql.begin(async (retriage) => {
    await retriage`update leads set generation = 2 where id = ${id}`
    await retriage`update unsettled_leads set check_at = now() where lead_id = ${id}`
    expect(await takeDue(sql, undefined)).toEqual([])
  })
  expect(await recorded()).toEqual([id])
  expect(await takeDue(sql, undefined)).toMatchObject([{ id, generation: 2, again: false }])
})

test('a published lead is due again at once when its queue is recreated', async () => {
  const id = await settledLead()
  await sql`delete from insights where lead_id = ${id}`
  await recordIncarnation(sql, 'the first')
  const taken = await takeDue(sql, undefined)
  expect(taken).toMatchObject([{ id, again: false }])
  await countPublished(sql, taken)
  await recordIncarnation(sql, 'the first')
  expect(await takeDue(sql, undefined)).toEqual([])
  await recordIncarnation(sql, 'the second')
  expect(await takeDue(sql, undefined)).toMatchObject([{ id, again: false }])
})

test('leads of a lost stream become due in batches, so that no statement exceeds its timeout', async () => {
  await recordIncarnation(sql, 'the first')
  await sql`
    insert into unsettled_leads (lead_id, check_at, publishes, published_at)
    select gen_random_uuid(), now() + interval '5 minutes', 1, now() from generate_series(1, 25000)`
  const due = async () =>
    (
      await sql<{ count: number }[]>`
    select count(*)::int as count from unsettled_leads where published_at is null and check_at <= now()`
    )[0]?.count
  expect(await recordIncarnation(sql, 'the second')).toBe(true)
  expect(await due()).toBe(10_000)
  expect(await recordIncarnation(sql, 'the second')).toBe(true)
  expect(await recordIncarnation(sql, 'the second')).toBe(false)
  expect(await due()).toBe(25_000)
})

test('a lead that was taken but not published is due again within seconds, and not counted as published', async () => {
  const id = await settledLead()
  await sql`delete from insights where lead_id = ${id}`
  expect(await takeDue(sql, undefined)).toMatchObject([{ id, again: false }])
  const due = () => takeDue(sql, undefined)
  expect(await eventually(async () => nonEmpty(await due()))).toMatchObject([{ id, again: false }])
})

test('a lead that was retriaged before its publication was counted keeps the due time of the retriage', async () => {
  const id = await settledLead()
  await sql`delete from insights where lead_id = ${id}`
  const taken = await takeDue(sql, undefined)
  await sql`update unsettled_leads set check_at = now() - interval '1 second' where lead_id = ${id}`
  await countPublished(sql, taken)
  expect(await takeDue(sql, undefined)).toMatchObject([{ id, again: false }])
})
