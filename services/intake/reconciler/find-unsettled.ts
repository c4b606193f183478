import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'

/** How many leads one step of a walk looks at. */
const STEP = 2_000
/** How long triage has before a lead counts as forgotten. */
export const GRACE_SECONDS = 3

/**
 * A lead is settled when triage has done with it: a final insight of its generation, a dead letter, or a parked one
 * whose time has not come. Both look-ups are by primary key.
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
 * Moves both walks a step on and notes down every unsettled lead they pass. Reads the index (created_at, id) from where
 * a walk stands, at most {@link STEP} entries, however many leads lie behind it.
 *
 * The early walk goes as near to now as the grace allows. A lead whose commit took longer shows up behind it; the late
 * walk finds that one, since it goes only where nothing shows up any more.
 *
 * @param queuedSince leads created since then may still wait in the stream or be in hand, and are left for later
 * @param commitWatermark every lead created until then can be seen (see commit-watermark.ts); undefined while that is
 *   not known
 * @returns whether a walk has more to see at once
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

/** The statement of one step of a walk up to `until`; `bench/reconciler-plan.ts` shows its plan. */
export function walkStatement(sql: Sql, which: 'early' | 'late', until: SqlFragment, queuedSince: Date | undefined) {
  const at = sql(`${which}_at`)
  const id = sql(`${which}_id`)
  return sql<{ seen: number }[]>`
    with seen as materialized (
      select l.id, l.generation, l.created_at
      from leads l
      where (l.created_at, l.id) > (select ${at}, ${id} from reconciliation)
        and l.created_at <= ${until}
        and l.created_at < coalesce(${queuedSince ?? null}::timestamptz, 'infinity')
      order by l.created_at, l.id
      limit ${STEP}
    ), noted as (
      insert into unsettled_leads (lead_id, check_at)
      select l.id, now() from seen l where not ${isSettled(sql)} order by l.id
      on conflict (lead_id) do nothing
    ), last as (
      select created_at, id from seen order by created_at desc, id desc limit 1
    ), moved as (
      update reconciliation set ${at} = last.created_at, ${id} = last.id from last
    )
    select count(*) as seen from seen`
}

/**
 * Notes down the parked leads whose time has come, also those that somebody redrove. Reads the partial index on
 * `retry_at`. A lead that is noted down already, to be looked at later, comes forward unless it was published since it
 * fell due: it may have been given up and redriven since its last publication.
 */
export async function noteDueParked(sql: Sql): Promise<void> {
  await sql`
    with parked as (
      select d.lead_id, d.retry_at
      from dead_letters d join leads l on l.id = d.lead_id -- a letter without a lead never leaves
      where d.retry_at <= now() and not ${isSettled(sql)}
      order by d.retry_at
      limit ${STEP}
    )
    insert into unsettled_leads as u (lead_id, check_at)
    select lead_id, retry_at from parked order by lead_id
    on conflict (lead_id) do update set check_at = excluded.check_at
    where u.check_at > now() and coalesce(u.published_at, '-infinity') < excluded.check_at`
}
