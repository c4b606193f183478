import type { Sql } from '../../../lib/postgres/connect.ts'

/** How many leads one call lets fall due: a statement over all that a long outage has left would run into its timeout. */
const PART = 10_000

/**
 * Lets what was published into another queue than this one fall due now, a part at a time: one that was lost or deleted has
 * taken its messages along, however recently they were published. Costs nothing while the queue stays the same. Leads of a
 * commit under way have their rows locked, and wait for their turn.
 *
 * @param incarnation remembered in the database when all parts are done, since another process may reconcile by the time
 *   the queue comes back
 * @returns whether there may be more; nothing is to be published before
 */
export async function noteQueue(sql: Sql, incarnation: string): Promise<boolean> {
  const [row] = await sql<{ leads: number }[]>`
    with changed as materialized (
      select from reconciliation where queue_incarnation is distinct from ${incarnation}
    ), published as materialized (
      select lead_id from unsettled_leads
      where published_at is not null and exists (select from changed)
      limit ${PART}
      for update skip locked
    ), due as (
      update unsettled_leads u
      set check_at = least(u.check_at, now()), publishes = 0, published_at = null
      from published where u.lead_id = published.lead_id
    ), remembered as (
      update reconciliation set queue_incarnation = ${incarnation}
      where queue_incarnation is distinct from ${incarnation} and (select count(*) from published) < ${PART}
    )
    select count(*)::int as leads from published`
  return row?.leads === PART
}
