import type { Sql } from '../../../lib/postgres/connect.ts'
import { isSettled } from './find-unsettled.ts'

/** A lead whose event is to be published again. */
export interface DueLead {
  readonly id: string
  readonly generation: number
  readonly note: string
  readonly contentHash: string
  readonly createdAt: Date
  /** Now, by the database's clock. */
  readonly queuedAt: Date
  /** How often triage has tried and parked it. */
  readonly attempts: number
  /** False the first time the reconciler publishes it. */
  readonly again: boolean
  /** When it is due again unless its publication is counted; the same for all that were taken together, as `queuedAt`. */
  readonly leasedUntil: Date
}

/** How many leads one call takes. */
const BATCH = 1_000
/** Until a lead is due again that was taken and whose publication was not counted. */
const LEASE_SECONDS = 2
/** Until the next look at a lead that was just published; doubles with each time, up to ten minutes. */
const FIRST_RECHECK_SECONDS = 15

/**
 * Takes the leads that are due: forgets the settled ones and leases the others, to be published now; `countPublished` says
 * which were. The rest are due again when the lease is over. Reads the index on `check_at`, at most {@link BATCH} entries.
 *
 * A retriage that commits while this runs has changed rows that this statement sees as they were, with their leads:
 * settled, of the generation before. `held` leaves those alone, or their leads would be forgotten for ever: it compares
 * `xmin`, the version of a row, after it has the lock. Nor does it wait for a row that is just being changed, so that
 * the two cannot deadlock.
 *
 * @param queuedSince what was published since then may still wait in the stream or be in hand, and is not published again
 */
export async function takeDue(sql: Sql, queuedSince: Date | undefined): Promise<DueLead[]> {
  const rows = await dueStatement(sql, queuedSince)
  return rows.map(({ publishes, ...lead }) => ({ ...lead, again: publishes > 0 }))
}

/** The statement behind {@link takeDue}; `bench/reconciler-plan.ts` shows its plan. */
export function dueStatement(sql: Sql, queuedSince: Date | undefined) {
  return sql<(Omit<DueLead, 'again'> & { publishes: number })[]>`
    with due as materialized (
      select u.lead_id, u.publishes, u.xmin as version from unsettled_leads u
      where u.check_at <= now()
        and coalesce(u.published_at, '-infinity') < coalesce(${queuedSince ?? null}::timestamptz, 'infinity')
      order by u.check_at
      limit ${BATCH}
    ), held as materialized (
      select u.lead_id, u.publishes
      from unsettled_leads u join due on due.lead_id = u.lead_id and due.version = u.xmin
      for update of u skip locked
    ), open as materialized (
      select l.id, l.generation, l.note, l.content_hash, l.created_at, held.publishes
      from held join leads l on l.id = held.lead_id
      where not ${isSettled(sql)}
    ), forgotten as (
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
 * Counts leads of one {@link takeDue} as published: they are due again after a while that grows with each time, should even
 * that have been lost. One that got another time meanwhile, by a retriage for example, keeps it.
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
