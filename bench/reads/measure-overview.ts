import type { Sql } from 'postgres'
import { createRandom, pick } from './random.ts'

/** How fast the overview of a lead is. Times in milliseconds. */
export interface OverviewRow {
  readonly leads: number
  /** Of which leads. */
  readonly name: string
  readonly atOnce: number
  readonly calls: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

const WARM_UP_CALLS = 50
const SAMPLED_LEADS = 5_000
const LARGE_SENDER = 'large-sender@example.com'
const LARGE_SENDER_LEADS = 10_000

/**
 * Calls GET /leads/{id}/overview of a running service, in a closed loop, for random leads and for those of a sender with
 * thousands, if {@link fillLargeSender} stored them.
 *
 * @param calls for each row
 */
export async function measureOverviews(
  url: string,
  sql: Sql,
  calls: number,
  signal: AbortSignal,
): Promise<OverviewRow[]> {
  const [{ leads = 0 } = {}] = await sql<{ leads: number }[]>`
    select reltuples::int as leads from pg_class where relname = 'leads'`
  const percent = Math.min(100, (100 * SAMPLED_LEADS) / Math.max(1, leads))
  const samples: [name: string, ids: { id: string }[]][] = [
    ['any lead', await sql<{ id: string }[]>`select id from leads tablesample system (${percent})`],
    [
      `of a sender with ${LARGE_SENDER_LEADS.toLocaleString('en')}`,
      await sql<{ id: string }[]>`select id from leads where subject_email(email) = ${LARGE_SENDER} limit 1000`,
    ],
  ]
  const rows: OverviewRow[] = []
  for (const [name, ids] of samples) {
    if (ids.length === 0) continue
    for (const atOnce of [1, 8]) {
      const times = await callInLoops(url, ids, { calls, atOnce, signal })
      const at = (percent: number) => times[Math.ceil((times.length * percent) / 100) - 1] ?? 0
      rows.push({ leads, name, atOnce, calls, p50: at(50), p95: at(95), p99: at(99), max: at(100) })
    }
  }
  return rows
}

/** @returns the times of the calls, ascending */
async function callInLoops(
  url: string,
  ids: readonly { readonly id: string }[],
  { calls, atOnce, signal }: { readonly calls: number; readonly atOnce: number; readonly signal: AbortSignal },
): Promise<number[]> {
  const random = createRandom(7)
  const times: number[] = []
  let call = -WARM_UP_CALLS
  const loop = async () => {
    while (call < calls) {
      const isMeasured = call++ >= 0
      const startedAt = performance.now()
      const response = await fetch(`${url}/leads/${pick(random, ids).id}/overview`, { signal })
      const text = await response.text()
      if (!response.ok) throw new Error(`an overview failed with ${response.status}: ${text}`)
      if (isMeasured) times.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, loop))
  return times.sort((a, b) => a - b)
}

/** Stores leads of one sender, with insights, older than all others, so that nothing else has to be done about them. */
export async function fillLargeSender(sql: Sql): Promise<void> {
  await sql`
    with stored as (
      insert into leads (id, idempotency_key, request_hash, email, phone, note, content_hash, client_id, created_at)
      select gen_random_uuid(), gen_random_uuid(), request_hash, ${LARGE_SENDER}, '+49 30 0000000', note, content_hash,
             client_id, created_at - i * interval '1 second'
      from (select * from leads order by created_at limit 1) oldest, generate_series(1, ${LARGE_SENDER_LEADS}::int) i
      returning id, client_id, created_at
    )
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer, client_id, created_at, updated_at, received_at)
    select s.id, gen_random_uuid(), 1, stage, content_hash, intent, priority, next_action, confidence, tags, reasons,
           language, analyzer, s.client_id, s.created_at, s.created_at, s.created_at
    from stored s, (select * from insights limit 1) one`
}
