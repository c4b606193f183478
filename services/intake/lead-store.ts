import type { Lead, NewLead } from '../../domain/lead.ts'
import { answered } from '../../lib/postgres/answered.ts'
import type { Sql } from '../../lib/postgres/connect.ts'

/** A row to be inserted; its id is used only when nothing is stored under its key yet. */
export interface LeadRow {
  readonly id: string
  readonly clientId: string
  readonly idempotencyKey: string
  /** SHA-256 in hex. */
  readonly requestHash: string
  readonly contentHash: string
  readonly lead: NewLead
}

/** What is stored under a row's key: the row itself when `created`, else what was there before. */
export interface StoredLead {
  readonly created: boolean
  /** Created less than {@link RECENT_SECONDS} ago, by the database's clock. */
  readonly recent: boolean
  readonly lead: Lead
  readonly generation: number
  readonly requestHash: string
}

export interface LeadStore {
  /**
   * Stores the rows in one commit, each unless its (client, key) is taken; rows may share a key.
   * @returns what is stored under each row's key now, in the order of the rows
   * @throws AppError `unavailable` when the database does not answer; then all was stored or nothing was
   */
  insert(rows: readonly LeadRow[]): Promise<StoredLead[]>
  /**
   * The leads of the ids, in their order.
   * @throws AppError `unavailable` when the database does not answer
   */
  findAll(ids: readonly string[]): Promise<(Lead | undefined)[]>
}

/**
 * The reconciler looks after a lead that is older: its first walk has passed it by then (GRACE_SECONDS, and a second
 * between two rounds), and what that one could not see yet is left to the second.
 */
const RECENT_SECONDS = 10

interface LeadRecord {
  id: string
  email: string | null
  phone: string | null
  name: string | null
  note: string
  source: string | null
  created_at: Date
}
interface KeyedRecord extends LeadRecord {
  client_id: string
  idempotency_key: string
  generation: number
  request_hash: string
  recent: boolean
}

export function createLeadStore(sql: Sql): LeadStore {
  return {
    insert: (rows) => answered(insertOrFind(sql, rows)),
    findAll: async (ids) => {
      const records = await answered(
        sql<LeadRecord[]>`
          select id, email, phone, name, note, source, created_at from leads where id = any(${[...ids]}::uuid[])`,
      )
      const found = new Map(records.map((record) => [record.id, toLead(record)]))
      return ids.map((id) => found.get(id))
    },
  }
}

/** Stores several lists in one commit. @returns for each list what `insert` would say */
export async function insertLists(
  leads: Pick<LeadStore, 'insert'>,
  lists: readonly (readonly LeadRow[])[],
): Promise<StoredLead[][]> {
  const stored = await leads.insert(lists.flat())
  let end = 0
  return lists.map(({ length }) => {
    end += length
    return stored.slice(end - length, end)
  })
}

async function insertOrFind(sql: Sql, rows: readonly LeadRow[]): Promise<StoredLead[]> {
  const inserted = new Map((await insertAbsent(sql, rows)).map((row) => [row.id, row.created_at]))
  const others = rows.filter((row) => !inserted.has(row.id))
  const existing = others.length === 0 ? new Map<string, KeyedRecord>() : await findByKeys(sql, others)
  return rows.map((row) => {
    const createdAt = inserted.get(row.id)
    return createdAt === undefined ? fromRecord(existing, row) : fromRow(row, createdAt)
  })
}

/**
 * The rows go in sorted by key: two commits that share keys then take them in the same order and cannot deadlock.
 * A row whose key another transaction is just inserting waits for that one's end: it is inserted if the other
 * rolls back and skipped if it commits, so that a skipped row's key is visible to the next statement.
 */
function insertAbsent(sql: Sql, rows: readonly LeadRow[]) {
  return sql<{ id: string; created_at: Date }[]>`
    insert into leads
      (id, client_id, idempotency_key, request_hash, content_hash, email, phone, name, note, source)
    select id, client_id, idempotency_key, decode(request_hash, 'hex'), content_hash, email, phone, name, note, source
    from unnest(
      ${rows.map((row) => row.id)}::uuid[],
      ${rows.map((row) => row.clientId)}::text[],
      ${rows.map((row) => row.idempotencyKey)}::uuid[],
      ${rows.map((row) => row.requestHash)}::text[],
      ${rows.map((row) => row.contentHash)}::text[],
      ${rows.map((row) => row.lead.email)}::text[],
      ${rows.map((row) => row.lead.phone)}::text[],
      ${rows.map((row) => row.lead.name)}::text[],
      ${rows.map((row) => row.lead.note)}::text[],
      ${rows.map((row) => row.lead.source)}::text[]
    ) as t (id, client_id, idempotency_key, request_hash, content_hash, email, phone, name, note, source)
    order by client_id, idempotency_key
    on conflict (client_id, idempotency_key) do nothing
    returning id, created_at`
}

/** Uses the unique index on (client_id, idempotency_key). */
async function findByKeys(sql: Sql, rows: readonly LeadRow[]): Promise<Map<string, KeyedRecord>> {
  const records = await sql<KeyedRecord[]>`
    select id, client_id, idempotency_key, generation, encode(request_hash, 'hex') as request_hash,
           email, phone, name, note, source, created_at,
           created_at > now() - make_interval(secs => ${RECENT_SECONDS}) as recent
    from leads
    where (client_id, idempotency_key) in (
      select * from unnest(
        ${rows.map((row) => row.clientId)}::text[],
        ${rows.map((row) => row.idempotencyKey)}::uuid[]
      )
    )`
  return new Map(records.map((record) => [keyOf(record.client_id, record.idempotency_key), record]))
}

function keyOf(clientId: string, idempotencyKey: string): string {
  return `${idempotencyKey} ${clientId}`
}

function fromRow(row: LeadRow, createdAt: Date): StoredLead {
  const lead = { ...row.lead, id: row.id, createdAt }
  return { created: true, recent: true, lead, generation: 1, requestHash: row.requestHash }
}

function fromRecord(existing: Map<string, KeyedRecord>, row: LeadRow): StoredLead {
  const record = existing.get(keyOf(row.clientId, row.idempotencyKey))
  // only an erasure between the two statements takes it away; the client's next try creates it anew
  if (record === undefined) throw new Error(`the lead that held the key of ${row.id} is gone`)
  return {
    created: false,
    recent: record.recent,
    lead: toLead(record),
    generation: record.generation,
    requestHash: record.request_hash,
  }
}

function toLead({ id, email, phone, name, note, source, created_at }: LeadRecord): Lead {
  return { id, email, phone, name, note, source, createdAt: created_at }
}
