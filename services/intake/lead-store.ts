import { passGate } from '../../contract/erased-leads.ts'
import type { Lead, NewLead } from '../../domain/lead.ts'
import type { FlushItems } from '../../lib/batcher/batcher.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { createDeadline, withQueryTimeout } from '../../lib/postgres/query-timeout.ts'
import type { WriteFence } from '../../lib/postgres/write-fence.ts'
import { createWriteFence } from '../../lib/postgres/write-fence.ts'
import { keyHash } from './idempotency-key.ts'

/** A row to insert. Its id is used only if its key is not taken. */
export interface LeadRow {
  readonly id: string
  readonly clientId: string
  readonly idempotencyKey: string
  /** SHA-256 in hex. */
  readonly requestHash: string
  readonly contentHash: string
  readonly lead: NewLead
}

/** The lead stored under a row's key: the row itself if `created`, otherwise an earlier one. */
export interface StoredLead {
  readonly created: boolean
  /** Created less than {@link RECENT_SECONDS} ago, by the database's clock. */
  readonly recent: boolean
  readonly lead: Lead
  readonly generation: number
  readonly requestHash: string
}

/** The lead of a row's key was erased, and nothing is stored for the row. */
export const ERASED = 'erased'
export type StoreOutcome = StoredLead | typeof ERASED

export interface LeadStore {
  /**
   * Stores in one commit those rows whose (client, key) is neither taken nor blocked by an erasure. Rows may share a
   * key.
   * @returns the lead now stored under each row's key, or {@link ERASED}, in the order of the rows; AppError
   *   `unavailable` for a row whose key was freed concurrently
   * @throws AppError `unavailable` when PostgreSQL does not respond; either all rows were stored or none
   */
  insert(rows: readonly LeadRow[]): Promise<(StoreOutcome | Error)[]>
  /**
   * Returns the leads with these ids, in the same order.
   * @throws AppError `unavailable` when PostgreSQL does not respond
   */
  findAll(ids: readonly string[]): Promise<(Lead | undefined)[]>
}

/**
 * The reconciler covers older leads: by then its early walk has passed them (GRACE_SECONDS plus the second between two
 * rounds), and its late walk finds those that were not visible to the early one.
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
  const fence = createWriteFence(sql)
  return {
    insert: (rows) => insertOrFind(sql, fence, rows),
    findAll: async (ids) => {
      const records = await withQueryTimeout(
        sql<LeadRecord[]>`
          select id, email, phone, name, note, source, created_at from leads where id = any(${[...ids]}::uuid[])`,
      )
      const found = new Map(records.map((record) => [record.id, toLead(record)]))
      return ids.map((id) => found.get(id))
    },
  }
}

/**
 * Stores several lists in one commit.
 * @returns for each list the results of its rows, or the Error of one of them; its other rows may be stored
 */
export async function insertLists(
  insert: FlushItems<LeadRow, StoreOutcome>,
  lists: readonly (readonly LeadRow[])[],
): Promise<(StoreOutcome[] | Error)[]> {
  const stored = await insert(lists.flat())
  let end = 0
  return lists.map(({ length }) => {
    end += length
    return wholeList(stored.slice(end - length, end))
  })
}

function wholeList(list: readonly (StoreOutcome | Error)[]): StoreOutcome[] | Error {
  const stored: StoreOutcome[] = []
  for (const result of list) {
    if (result instanceof Error) return result
    stored.push(result)
  }
  return stored
}

/** Estimated memory of a row in bytes: at most two per UTF-16 code unit of text. */
export function bytesOfRow({ clientId, lead }: LeadRow): number {
  const { email, phone, name, note, source } = lead
  const text = (email?.length ?? 0) + (phone?.length ?? 0) + (name?.length ?? 0) + note.length + (source?.length ?? 0)
  return ROW_BYTES + 2 * (clientId.length + text)
}

export function bytesOfRows(rows: readonly LeadRow[]): number {
  return rows.reduce((sum, row) => sum + bytesOfRow(row), 0)
}

/** Ids and hashes as text have the same length in every row. */
const ROW_BYTES = 2 * (36 + 36 + 64 + 64)

/**
 * Reads the leads of taken keys with a second statement (see {@link insertAbsent}), and blocked keys with a third; most
 * batches have neither.
 */
async function insertOrFind(sql: Sql, fence: WriteFence, rows: readonly LeadRow[]): Promise<(StoreOutcome | Error)[]> {
  const deadline = createDeadline()
  const inserted = new Map(
    (await fence.write(insertAbsent(sql, rows), deadline)).map((row) => [row.id, row.created_at]),
  )
  const others = rows.filter((row) => !inserted.has(row.id))
  const records = others.length === 0 ? [] : await withQueryTimeout(findByKeys(sql, others), deadline.leftMs())
  const existing = new Map(records.map((record) => [keyOf(record.client_id, record.idempotency_key), record]))
  const missing = others.filter((row) => !existing.has(keyOf(row.clientId, row.idempotencyKey)))
  const blocked = missing.length === 0 ? [] : await withQueryTimeout(findBlocked(sql, missing), deadline.leftMs())
  const blockedHashes = new Set(blocked.map((row) => row.key_hash))
  return rows.map((row) => {
    const createdAt = inserted.get(row.id)
    return createdAt === undefined ? fromRecord(existing, blockedHashes, row) : fromRow(row, createdAt)
  })
}

/**
 * Inserts sorted by key, so that concurrent commits that share keys lock them in the same order and cannot deadlock. Of
 * rows with the same key the first is inserted. A row whose key a concurrent transaction is inserting waits for it: it is
 * inserted if the other rolls back and skipped if it commits. So the next statement sees the lead of every skipped row,
 * unless it was erased meanwhile.
 */
function insertAbsent(sql: Sql, rows: readonly LeadRow[]) {
  return sql<{ id: string; created_at: Date }[]>`
    with ${passGate(sql)}
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
      ${rows.map((row) => row.lead.source)}::text[],
      ${rows.map((row) => keyHash(row.clientId, row.idempotencyKey))}::text[]
    ) with ordinality as t
      (id, client_id, idempotency_key, request_hash, content_hash, email, phone, name, note, source, key_hash, position)
    where not exists (select from erased_leads e where e.key_hash = decode(t.key_hash, 'hex'))
    order by client_id, idempotency_key, position
    on conflict (client_id, idempotency_key) do nothing
    returning id, created_at`
}

/** Uses the unique index on (client_id, idempotency_key). */
function findByKeys(sql: Sql, rows: readonly LeadRow[]) {
  return sql<KeyedRecord[]>`
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
}

function findBlocked(sql: Sql, rows: readonly LeadRow[]) {
  return sql<{ key_hash: string }[]>`
    select encode(key_hash, 'hex') as key_hash from erased_leads
    where key_hash in (
      select decode(t.key_hash, 'hex')
      from unnest(${rows.map((row) => keyHash(row.clientId, row.idempotencyKey))}::text[]) as t (key_hash)
    )`
}

function keyOf(clientId: string, idempotencyKey: string): string {
  return `${idempotencyKey} ${clientId}`
}

function fromRow(row: LeadRow, createdAt: Date): StoredLead {
  const lead = { ...row.lead, id: row.id, createdAt }
  return { created: true, recent: true, lead, generation: 1, requestHash: row.requestHash }
}

function fromRecord(
  existing: ReadonlyMap<string, KeyedRecord>,
  blocked: ReadonlySet<string>,
  row: LeadRow,
): StoreOutcome | Error {
  const record = existing.get(keyOf(row.clientId, row.idempotencyKey))
  if (record === undefined) return blocked.has(keyHash(row.clientId, row.idempotencyKey)) ? ERASED : keyWasFreed()
  return {
    created: false,
    recent: record.recent,
    lead: toLead(record),
    generation: record.generation,
    requestHash: record.request_hash,
  }
}

/** Happens only if somebody deleted the row by hand between the statements; a retry creates it. */
function keyWasFreed(): AppError {
  return new AppError(ErrorCode.Unavailable, 'The lead with this key was just deleted; retry the request.', {
    retryAfterSeconds: 1,
  })
}

function toLead({ id, email, phone, name, note, source, created_at }: LeadRecord): Lead {
  return { id, email, phone, name, note, source, createdAt: created_at }
}
