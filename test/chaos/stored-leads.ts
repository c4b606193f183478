import { contentHash } from '../../domain/lead.ts'
import type { AnsweredLead } from './ledger.ts'
import type { Stack } from './stack.ts'

/** A row of `leads`, with what triage made of it. */
export interface StoredLead extends AnsweredLead {
  readonly key: string
  readonly insights: number
  /** That the insight is of this very note, and was written once. */
  readonly insightIsOriginal: boolean
  /** Parked ones are not counted. */
  readonly deadLetters: number
}

/** All leads of the database. */
export async function readStoredLeads({ sql }: Pick<Stack, 'sql'>): Promise<StoredLead[]> {
  const rows = await sql<(Omit<StoredLead, 'createdAt' | 'insightIsOriginal'> & Record<string, unknown>)[]>`
    select l.id, l.idempotency_key as key, l.email, l.phone, l.name, l.note, l.source, l.created_at,
           count(i.lead_id)::int as insights, count(d.lead_id)::int as "deadLetters",
           min(i.content_hash) as content_hash,
           bool_and(i.generation = 1 and i.stage = 'final' and i.created_at = i.updated_at) as written_once
    from leads l
    left join insights i on i.lead_id = l.id
    left join dead_letters d on d.lead_id = l.id and d.retry_at is null
    group by l.id`
  return rows.map(({ created_at: createdAt, content_hash: hash, written_once: writtenOnce, ...lead }) => ({
    ...lead,
    createdAt: (createdAt as Date).toISOString(), // a timestamptz, which the driver parses
    insightIsOriginal: writtenOnce === true && hash === contentHash(lead.note),
  }))
}

/** The leads that insights and dead letters name and that are not there. */
export async function readStrays({ sql }: Pick<Stack, 'sql'>): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select lead_id as id from insights i where not exists (select from leads l where l.id = i.lead_id)
    union all
    select lead_id from dead_letters d where not exists (select from leads l where l.id = d.lead_id)`
  return rows.map(({ id }) => id)
}
