import type { Sql, TransactionSql } from 'postgres'
import postgres from 'postgres'
import type { LeadRow } from '../../services/intake/lead-store.ts'

/*
 * What the peers do with the product's own tables: a statement and a commit for each lead and for each insight, as
 * applications on these queues are written.
 */

export interface StoredLead {
  readonly id: string
  readonly created: boolean
  /** SHA-256 in hex. */
  readonly requestHash: string
  readonly createdAt: Date
}

/** What a job carries, so that a worker need not read the lead. */
export interface LeadJobData {
  readonly leadId: string
  readonly note: string
  readonly contentHash: string
}

export function jobOf({ id, contentHash, lead }: LeadRow): LeadJobData {
  return { leadId: id, note: lead.note, contentHash }
}

const CONNECTIONS = 20

export function openPeerDatabase(): Sql {
  return postgres(process.env.DATABASE_URL ?? '', { max: CONNECTIONS, onnotice: () => undefined })
}

export async function storeLead(sql: Sql | TransactionSql, row: LeadRow): Promise<StoredLead> {
  const { id, clientId, idempotencyKey, requestHash, contentHash, lead } = row
  const [inserted] = await sql<{ created_at: Date }[]>`
    insert into leads (id, client_id, idempotency_key, request_hash, content_hash, email, phone, name, note, source)
    values (${id}, ${clientId}, ${idempotencyKey}, decode(${requestHash}, 'hex'), ${contentHash}, ${lead.email},
            ${lead.phone}, ${lead.name}, ${lead.note}, ${lead.source})
    on conflict (client_id, idempotency_key) do nothing
    returning created_at`
  if (inserted) return { id, created: true, requestHash, createdAt: inserted.created_at }
  const [existing] = await sql<{ id: string; hash: string; created_at: Date }[]>`
    select id, encode(request_hash, 'hex') as hash, created_at from leads
    where client_id = ${clientId} and idempotency_key = ${idempotencyKey}`
  if (existing === undefined) throw new Error('the lead that held the key is gone')
  return { id: existing.id, created: false, requestHash: existing.hash, createdAt: existing.created_at }
}
