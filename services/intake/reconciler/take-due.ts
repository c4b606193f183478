import type { Sql } from '../../../lib/postgres/connect.ts'
import { isSettled } from './find-unsettled.ts'

/** A lead whose event must be republished. */
export interface DueLead {
  readonly id: string
  readonly generation: number
  readonly note: string
  readonly contentHash: string
  readonly createdAt: Date
  /** Current time by the database's clock; the same for all leads of one {@link takeDue}. */
  readonly queuedAt: Date
  /** How often triage attempted and parked it. */
  readonly attempts: number
  /** False the first time the reconciler publishes it. */
  readonly again: boolean
  /** When it is due again unless counted as published; the same for all leads of one {@link takeDue}. */
  readonly leasedUntil: Date
}

/** Maximum number of leads per call. */
const BATCH_SIZE = 1_000
/** How long a taken lead is leased before it is due again. */
const LEASE_SECONDS = 2
/** How long after its first publication a lead is checked again; doubles with each publication, up to ten minutes. */
const FIRST_RECHECK_SECONDS = 15

/**
 * Takes due leads: removes the settled ones and leases the others to be published now. Report those published with
 * {@link countPublished}; the rest are due again when the lease ends. Reads at most {@link BATCH_SIZE} entries of the
 * index on `check_at`.
 *
 * A retriage that commits while this statement runs has updated rows that its snapshot still shows as settled. Removing
 * them would lose the retriage. So `held` locks the rows and skips those whose version (`xmin`) has changed. It also
 * skips locked rows, so that the two cannot deadlock.
 *
 * @param queuedSince leads published since then may still be in the queue or in flight, and are not due
 */
export async function takeDue(sql: Sql, queuedSince: Date | undefined): Promise<DueLead[]> {
  const rows = await dueStatement(sql, queuedSince)
  return rows.map(({ publishes, ...lead }) => ({ ...lead, again: publishes > 0 }))
}

/** The statement of {@link takeDue}. `bench/reconciler-plan.ts` prints its plan. */
export function dueStatement(sql: Sql, queuedSince: Date | undefined) {
  return sql<(Omit<DueLead, 'again'> & { publishes: number })[]>`
    with due as materialized (
      select u.lead_id, u.publishes, u.xmin as version from unsettled_leads u
      where u.check_at <= now()
        and coalesce(u.published_at, '-infinity') < coalesce(${queuedSince ?? null}::timestamptz, 'infinity')
      order by u.check_at
      limit ${BATCH_SIZE}
    ), held as materialized (
      select u.lead_id, u.publishes
      from unsettled_leads u join due on due.lead_id = u.lead_id and due.version = u.xmin
      for update of u skip locked
    ), open as materialized (
      select l.id, l.generation, l.note, l.content_hash, l.created_at, held.publishes
      from held join leads l on l.id = held.lead_id
      where not ${isSettled(sql)}
    ), removed as (
      delete from unsettled_leads u using held where u.lead_id = held.lead_id and held.lead_id not in (select id from open)
    ), leased as (
      update unsettled_leads u set check_at = now() + make_interval(secs => ${LEASE_SECONDS})
      from open where u.lead_id = open.id
      returning u.lead_id, u.check_at
    )
    select open.id, open.generation, open.note, open.content_hash as "contentHash", open.created_at as "createdAt",
           now() as "queuedAt", coalesce(d.attempts, 0) as attempts, open.publishes, leased.check_at as "leasedUntil"
    from open
    join leased on leased.lead_id = open.id
    left join dead_letters d on d.lead_id = open.id and d.generation >= open.generation`
}

/**
 * Counts leads of one {@link takeDue} as published: they are checked again after a delay that doubles with each
 * publication. A lead whose `check_at` has changed since, for example because of a retriage, is not updated.
 */
export async function countPublished(sql: Sql, leads: readonly DueLead[]): Promise<void> {
  const [first] = leads
  if (first === undefined) return
  await sql`
    update unsettled_leads u
    set publishes = u.publishes + 1,
        published_at = ${first.queuedAt},
        check_at = now() + least(make_interval(secs => ${FIRST_RECHECK_SECONDS} * 2 ^ least(u.publishes, 6)), '10 minutes')
    where u.lead_id = any(${leads.map(({ id }) => id)}::uuid[]) and u.check_at = ${first.leasedUntil}`
}
