import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'

/** Maximum number of leads per step of a walk. */
const STEP = 2_000
/** How long triage has before the reconciler considers a lead unsettled. */
export const GRACE_SECONDS = 3

/**
 * A lead `l` is settled when it has a final insight of its generation, or is dead-lettered, or is parked and not due
 * yet. Both look-ups are by primary key.
 */
export function isSettled(sql: Sql) {
  return sql`(
    exists (
      select from insights i where i.lead_id = l.id and i.generation >= l.generation and i.stage = 'final'
    ) or exists (
      select from dead_letters d
      where d.lead_id = l.id and d.generation >= l.generation and (d.retry_at is null or d.retry_at > now())
    )
  )`
}

/**
 * Advances both walks over the leads by one step and records every unsettled lead they pass in `unsettled_leads`. Each
 * step reads at most {@link STEP} entries of the index (created_at, id) from the walk's position, so its cost does not
 * depend on the number of leads.
 *
 * The early walk stops {@link GRACE_SECONDS} before now and so misses leads whose commit took longer. The late walk,
 * which stops at the commit watermark, finds those.
 *
 * @param queuedSince leads created since then may still be in the queue or in flight, and are skipped for now
 * @param commitWatermark every lead created before is visible (see lib/postgres/commit-watermark.ts); undefined while unknown
 * @returns whether a walk can continue at once
 */
export async function walk(
  sql: Sql,
  queuedSince: Date | undefined,
  commitWatermark: Date | undefined,
): Promise<boolean> {
  const early = await walkStep(sql, 'early', sql`now() - make_interval(secs => ${GRACE_SECONDS})`, queuedSince)
  if (commitWatermark === undefined) return early
  const late = await walkStep(sql, 'late', sql`${commitWatermark}::timestamptz`, queuedSince)
  return early || late
}

async function walkStep(...step: Parameters<typeof walkStatement>): Promise<boolean> {
  const [row] = await walkStatement(...step)
  return (row?.seen ?? 0) === STEP
}

/** The statement for one step of a walk up to `until`. `bench/reconciler-plan.ts` prints its plan. */
export function walkStatement(sql: Sql, which: 'early' | 'late', until: SqlFragment, queuedSince: Date | undefined) {
  const at = sql(`${which}_at`)
  const id = sql(`${which}_id`)
  return sql<{ seen: number }[]>`
    with seen as materialized (
      select l.id, l.client_id, l.generation, l.created_at
      from leads l
      where (l.created_at, l.id) > (select ${at}, ${id} from reconciliation)
        and l.created_at <= ${until}
        and l.created_at < coalesce(${queuedSince ?? null}::timestamptz, 'infinity')
      order by l.created_at, l.id
      limit ${STEP}
    ), recorded as (
      insert into unsettled_leads (lead_id, share, check_at)
      select l.id, l.client_id, now() from seen l where not ${isSettled(sql)} order by l.id
      on conflict (lead_id) do nothing
    ), last as (
      select created_at, id from seen order by created_at desc, id desc limit 1
    ), moved as (
      update reconciliation set ${at} = last.created_at, ${id} = last.id from last
    )
    select count(*) as seen from seen`
}

/**
 * Records parked leads that are due, including redriven ones, in `unsettled_leads`. Reads the partial index on
 * `retry_at`. A lead that is already recorded for a later check becomes due now, unless it was published after its
 * `retry_at`: it may have been dead-lettered and redriven since its last publication.
 */
export async function recordDueParked(sql: Sql): Promise<void> {
  await sql`
    with parked as (
      select d.lead_id, l.client_id, d.retry_at
      from dead_letters d join leads l on l.id = d.lead_id -- skips dead letters without a lead, which never settle
      where d.retry_at <= now() and not ${isSettled(sql)}
      order by d.retry_at
      limit ${STEP}
    )
    insert into unsettled_leads as u (lead_id, share, check_at)
    select lead_id, client_id, retry_at from parked order by lead_id
    on conflict (lead_id) do update set check_at = excluded.check_at
    where u.check_at > now() and coalesce(u.published_at, '-infinity') < excluded.check_at`
}
