import { createHash, randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createCommitWatermark } from '../../../lib/postgres/commit-watermark.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { walk } from './find-unsettled.ts'

const stack = useStack()
const { log } = captureLog()
// the leads are inserted by another user, of whose transactions this one sees little more than the ids
const sql = connectPostgres({ url: stack.serviceUrls.intake, applicationName: 'walk.test', maxConnections: 1, log })
afterAll(() => sql.end())

async function insertLead(connection: Sql, ageSeconds: number): Promise<string> {
  const id = randomUUID()
  await connection`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
    values (${id}, 'test', ${randomUUID()}, '\\x00', 'note', ${createHash('sha256').update('note').digest('hex')},
            now() - make_interval(secs => ${ageSeconds}))`
  return id
}

const recorded = async () => (await stack.sql`select lead_id from unsettled_leads`).map((row) => row.lead_id as string)
const isPassedByEarlyWalk = async (leadId: string) =>
  (await stack.sql`select from reconciliation r, leads l where l.id = ${leadId} and r.early_at >= l.created_at`)
    .length > 0

test('a lead is found even if its commit takes longer than both walks need to pass its created_at', async () => {
  const commitWatermark = createCommitWatermark()
  const round = async () => walk(sql, undefined, await commitWatermark(sql))

  const next = await insertLead(stack.sql, 30)
  const slow = await stack.sql.reserve()
  await slow`begin`
  const late = await insertLead(slow, 60)
  for (let i = 0; i < 10; i += 1) await round()
  expect(await isPassedByEarlyWalk(next)).toBe(true)
  expect(await recorded()).toEqual([next])

  await slow`commit`
  slow.release()
  await eventually(async () => {
    await round()
    return (await recorded()).includes(late)
  })
})

test('the commit watermark trails by about 20 seconds and only moves forward', async () => {
  const commitWatermark = createCommitWatermark()
  const first = await eventually(() => commitWatermark(sql))
  const [age] = await sql<{ seconds: number }[]>`select extract(epoch from now() - ${first})::float8 as seconds`
  expect(age?.seconds).toBeGreaterThanOrEqual(20)
  const second = await eventually(async () => {
    const time = await commitWatermark(sql)
    return time !== undefined && time > first
  })
  expect(second).toBe(true)
})
