import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Sql } from 'postgres'
import { waitUntil } from '../../embedded/wait-until.ts'
import { withoutIndexes } from '../stack/without-indexes.ts'
import { createRows, type LeadRow } from './lead-rows.ts'

const DAY_MS = 86_400_000
const CHUNK = 500
/** The newest leads wait for triage, and one of so many was dead-lettered. */
const PENDING = 2_000
const DEAD_LETTERS = 3_000

/**
 * Stores leads with insights as lists have them: created evenly over the last year, with the skew of real ones
 * (lead-rows.ts). Some have no insight. Takes about a minute for a million leads.
 */
export async function fillWithListedLeads(sql: Sql, count: number): Promise<void> {
  const columns = 'client_id, source, created_at'
  await withoutIndexes(sql, ['leads', 'insights'], async (transaction) => {
    await transaction`create temp table listed (
      id uuid, idempotency_key uuid, email text, phone text, name text, note text, content_hash text, client_id text,
      source text, created_at timestamptz, stage text, intent text, priority text, next_action text, confidence float8,
      tags text[], reasons jsonb, language text, analyzer text, corrected_intent text, corrected_priority text,
      latency_ms int
    ) on commit drop`
    const copy = await transaction`copy listed from stdin`.writable()
    await writeRows(copy, count)
    await transaction.unsafe(`
      insert into leads (id, idempotency_key, request_hash, email, phone, name, note, content_hash, ${columns})
      select id, idempotency_key, decode(content_hash, 'hex'), email, phone, name, note, content_hash, ${columns} from listed`)
    await transaction.unsafe(`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                            reasons, language, analyzer, client_id, source, created_at, updated_at, received_at,
                            corrected_intent, corrected_priority, corrected_next_action, corrected_at)
      select id, gen_random_uuid(), 1, stage, content_hash, intent, priority, next_action, confidence, tags, reasons,
             language, analyzer, client_id, source, triaged_at, triaged_at, created_at, corrected_intent,
             corrected_priority, case when corrected_intent is not null then next_action end,
             case when corrected_intent is not null then triaged_at + interval '1 hour' end
      from (select *, created_at + latency_ms * interval '1 millisecond' as triaged_at from listed) as triaged
      where stage is not null`)
    await transaction`
      insert into dead_letters (lead_id, generation, reason, error, attempts)
      select id, 1, 'failed', 'bench', 5 from (
        select id, stage, row_number() over (order by created_at desc) as place from listed
      ) l where stage is null and place > ${PENDING}`
    // the reconciler's position is where it would be
    await transaction`
      update reconciliation set early_at = last.at, late_at = last.at
      from (select max(received_at) - interval '1 day' as at from insights) last`
  })
  await sql`vacuum analyze leads, insights, dead_letters`
}

async function writeRows(copy: Writable, count: number): Promise<void> {
  const next = createRows(1, Math.ceil(count * 0.6))
  const now = Date.now()
  let lines = ''
  for (let i = 0; i < count; i++) {
    const hasInsight = i < count - PENDING && i % Math.ceil(count / DEAD_LETTERS) !== 0
    lines += lineOf(next(), now - Math.floor(((count - i) / count) * 365 * DAY_MS), hasInsight)
    if (i % CHUNK !== CHUNK - 1 && i !== count - 1) continue
    if (!copy.write(lines)) await once(copy, 'drain')
    lines = ''
  }
  copy.end()
  await once(copy, 'finish')
}

function lineOf(row: LeadRow, createdAtMs: number, hasInsight: boolean): string {
  const { insight } = row
  const created = new Date(createdAtMs).toISOString()
  const lead = [uuidAt(createdAtMs), uuidAt(createdAtMs), row.email, row.phone, row.name, row.note, row.contentHash]
  const values = hasInsight
    ? [
        ...[insight.stage, insight.intent, insight.priority, insight.nextAction, String(insight.confidence)],
        ...[`{${insight.tags.join(',')}}`, insight.reasons, insight.language, insight.analyzer],
        ...[insight.correctedIntent, insight.correctedPriority, String(insight.latencyMs)],
      ]
    : Array.from({ length: 12 }, () => null)
  return `${[...lead, row.clientId, row.source, created, ...values].map(copied).join('\t')}\n`
}

/** A value in the text format of COPY. */
function copied(value: string | null): string {
  if (value === null) return '\\N'
  return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
}
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** A UUIDv7 of a time. */
function uuidAt(ms: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(ms, 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Leads in a segment of the search index (services/insights/search/postings.ts). */
const SEGMENT_LEADS = 4_000
const MERGED_SEGMENTS = 16
const INDEXED_WITHIN_MS = 1_800_000

/** Waits until the search index has all leads but those of its last, partial segment, and segments have been merged. */
export async function untilIndexed(sql: Sql, signal: AbortSignal): Promise<void> {
  const probe = async () => {
    const [row] = await sql<{ left: number; small: number }[]>`
      select (
        select count(*) from (
          select from leads where created_at > (select until_at from search_progress) limit ${SEGMENT_LEADS}
        ) l
      )::int as left, (select count(*) from search_segments where level = 1)::int as small`
    return row !== undefined && row.left < SEGMENT_LEADS && row.small < MERGED_SEGMENTS ? true : undefined
  }
  const isIndexed = await waitUntil(probe, { timeoutMs: INDEXED_WITHIN_MS, intervalMs: 1_000, signal })
  if (!isIndexed) throw new Error('the search index was not built in time')
}
