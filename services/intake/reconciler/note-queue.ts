import type { Sql } from '../../../lib/postgres/connect.ts'

/**
 * Lets all that was published into another queue than this one fall due now: one that was lost or deleted has taken its
 * messages along, however recently they were published. Costs nothing while the queue stays the same. Leads of a commit
 * under way have their rows locked, and wait for their turn.
 *
 * @param incarnation remembered in the database, since another process may reconcile by the time the queue comes back
 */
export async function noteQueue(sql: Sql, incarnation: string): Promise<void> {
  await sql`
    with changed as (
      update reconciliation set queue_incarnation = ${incarnation}
      where queue_incarnation is distinct from ${incarnation}
      returning true
    ), published as materialized (
      select lead_id from unsettled_leads
      where published_at is not null and exists (select from changed)
      order by lead_id
      for update skip locked
    )
    update unsettled_leads u
    set check_at = least(u.check_at, now()), publishes = 0, published_at = null
    from published where u.lead_id = published.lead_id`
}
