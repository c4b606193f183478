import type { Sql } from '../../../lib/postgres/connect.ts'
import { isSettled } from './find-unsettled.ts'

/** A lead whose event must be republished. */
export interface DueLead {
  readonly id: string
  readonly generation: number
  readonly note: string
  readonly contentHash: string
  readonly createdAt: Date
  readonly clientId: string
  readonly source: string | null
  /** Current time by the database's clock; the same for all leads of one {@link takeDue}. */
  readonly queuedAt: Date
  /** How often triage attempted and parked it. */
  readonly attempts: number
  /** False the first time the reconciler publishes it. */
  readonly again: boolean
  /** The version of its row in `unsettled_leads` (`xmin`). */
  readonly version: string
}

export interface Turn {
  /** The leads to publish, in the order of their turns. */
  readonly leads: readonly DueLead[]
  /** The number of leads that were due, including settled ones, which were removed. */
  readonly seen: number
  /** The share that was last in turn, for the next call. */
  readonly lastShare: string
}

/** Maximum number of leads per call. */
export const MAX_DUE = 1_000
/** Maximum number of shares per call; the next call continues after the last one. */
const MAX_SHARES = 1_000
/** How long after its first publication a lead is checked again; doubles with each publication, up to ten minutes. */
const FIRST_RECHECK_SECONDS = 15

/**
 * Takes due leads: removes the settled ones and returns the others to be published now. Report those published with
 * {@link countPublished}; the rest stay due. Only the leader takes leads, and one call at a time, so none is locked.
 *
 * Takes turns between shares (one per client, see migration 015): the oldest lead of each share, then the second of
 * each, and so on, beginning after the share that was last in the turn before.
 *
 * @param queuedSince leads published since then may still be in the queue or in flight, and are not due
 * @param limit maximum number of leads, at most {@link MAX_DUE}
 */
export async function takeDue(
  sql: Sql,
  queuedSince: Date | undefined,
  limit: number = MAX_DUE,
  lastShare = '',
): Promise<Turn> {
  const rows = await dueStatement(sql, queuedSince, limit, lastShare)
  const [first] = rows
  const leads = rows.flatMap(({ id, publishes, turn, last, seen, ...lead }) =>
    id === null ? [] : [{ ...lead, id, again: publishes > 0 }],
  )
  return { leads, seen: first?.seen ?? 0, lastShare: first?.last ?? lastShare }
}

type DueRow = Omit<DueLead, 'again' | 'id'> & {
  /** Null in the only row when nothing is to be published. */
  id: string | null
  publishes: number
  turn: number
  /** The last share, and the number of due leads including settled ones; the same in each row. */
  last: string | null
  seen: number
}

/**
 * The statement of {@link takeDue}. `bench/reconciler-plan.ts` prints its plan.
 *
 * `shares` is a loose index scan: one look-up in the index (share, check_at) for each share, however many leads it has.
 * From each share at most `limit` entries are read.
 *
 * A retriage that commits while this statement runs has updated rows that its snapshot still shows as settled. Removing
 * them would lose the retriage. So `settled` locks the rows and skips those whose version (`xmin`) has changed. It also
 * skips locked rows, so that the two cannot deadlock.
 */
export function dueStatement(sql: Sql, queuedSince: Date | undefined, limit: number, lastShare: string) {
  const shareAfter = (share: ReturnType<typeof sql>) => sql`
    coalesce((select u.share from unsettled_leads u where u.share > ${share} order by u.share limit 1),
             (select u.share from unsettled_leads u order by u.share limit 1))`
  return sql<DueRow[]>`
    with recursive shares (share, first, place) as (
      select share, share, 1 from (select ${shareAfter(sql`${lastShare}::text`)}) as anchor (share)
      union all
      select next.share, s.first, s.place + 1
      from shares s cross join lateral (select ${shareAfter(sql`s.share`)}) as next (share)
      where next.share <> s.first and s.place < ${MAX_SHARES}
    ), due as materialized (
      select u.lead_id, u.publishes, u.version, s.share, row_number() over (order by u.turn, s.place) as turn
      from shares s cross join lateral (
        select u.lead_id, u.publishes, u.xmin as version, row_number() over (order by u.check_at) as turn
        from unsettled_leads u
        where u.share = s.share and u.check_at <= now()
          and coalesce(u.published_at, '-infinity') < coalesce(${queuedSince ?? null}::timestamptz, 'infinity')
        order by u.check_at
        limit ${limit}
      ) u
      order by u.turn, s.place
      limit ${limit}
    ), open as materialized (
      select l.id, l.client_id, l.generation, l.note, l.source, l.content_hash, l.created_at, due.publishes, due.version, due.turn
      from due join leads l on l.id = due.lead_id
      where not ${isSettled(sql)}
    ), settled as materialized (
      select u.lead_id
      from unsettled_leads u join due on due.lead_id = u.lead_id and due.version = u.xmin
      where u.lead_id not in (select id from open)
      for update of u skip locked
    ), removed as (
      delete from unsettled_leads u using settled where u.lead_id = settled.lead_id
    ), published as (
      select open.id, open.client_id as "clientId", open.generation, open.note, open.source,
             open.content_hash as "contentHash", open.created_at as "createdAt",
             now() as "queuedAt", coalesce(d.attempts, 0) as attempts, open.publishes, open.version::text,
             open.turn::int
      from open
      left join dead_letters d on d.lead_id = open.id and d.generation >= open.generation
    )
    select published.*, (select share from due order by turn desc limit 1) as last,
           (select count(*)::int from due) as seen
    from (select) as one left join published on true
    order by turn`
}

/**
 * How long the oldest due lead has been due, in seconds; undefined when none is due. Costs one look-up in the index
 * (share, check_at) for each share.
 */
export async function oldestDueSeconds(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ seconds: number | null }[]>`
    with recursive shares (share) as (
      (select share from unsettled_leads order by share limit 1)
      union all
      select (select u.share from unsettled_leads u where u.share > s.share order by u.share limit 1)
      from shares s where s.share is not null
    )
    select extract(epoch from now() - min(oldest.check_at))::float8 as seconds
    from shares s cross join lateral (
      select u.check_at from unsettled_leads u where u.share = s.share order by u.check_at limit 1
    ) as oldest
    where oldest.check_at <= now()`
  return row?.seconds ?? undefined
}

/** The number of leads that are due and were not published, at most `limit`. Reads the whole table. */
export async function countUnpublished(sql: Sql, limit: number): Promise<number> {
  const [row] = await sql<{ leads: number }[]>`
    select count(*)::int as leads from (
      select from unsettled_leads where published_at is null and check_at <= now() limit ${limit}
    ) as unpublished`
  return row?.leads ?? 0
}

/**
 * Counts leads of one {@link takeDue} as published: they are checked again after a delay that doubles with each
 * publication. A lead whose row has changed since, for example because of a retriage, is not updated.
 */
export async function countPublished(sql: Sql, leads: readonly DueLead[]): Promise<void> {
  const [first] = leads
  if (first === undefined) return
  await sql`
    update unsettled_leads u
    set publishes = u.publishes + 1,
        published_at = ${first.queuedAt},
        check_at = now() + least(make_interval(secs => ${FIRST_RECHECK_SECONDS} * 2 ^ least(u.publishes, 6)), '10 minutes')
    from unnest(
      ${leads.map(({ id }) => id)}::uuid[],
      ${leads.map(({ version }) => version)}::text[]
    ) as published (lead_id, version)
    where u.lead_id = published.lead_id and u.xmin = published.version::xid`
}
