import { insightColumns } from '../../../contract/insight-record.ts'
import type { Insight } from '../../../domain/insight.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { LeadInsight } from '../leads/lead-insight.ts'
import { NIL_ID } from '../leads/order.ts'
import type { LeadInsightRecord } from '../leads/read-lead-insights.ts'
import { leadColumns, toLeadInsight } from '../leads/read-lead-insights.ts'
import { foldedText } from '../search/searched-text.ts'
import { databaseId } from './resume-token.ts'
import type { ChangeKey, Position, Snapshot } from './snapshot.ts'
import { parseSnapshot, snapshotText } from './snapshot.ts'

/** A changed insight with its lead, as of its last change. */
export interface Change extends ChangeKey {
  readonly row: LeadInsight
  readonly insight: Insight
  /** Note, name and email address as filters by text compare them. Undefined unless asked for. */
  readonly foldedText: string | undefined
  /** The email address as filters compare it. Undefined unless asked for. */
  readonly emailKey: string | undefined
}

/** Where a statement was run. */
interface Origin {
  /** Identifies the database. */
  readonly database: string
  /** Changes when a standby is promoted, and with a restore to a point in time. */
  readonly timeline: string
}

interface ChangesPage extends Origin {
  /** In the order of their keys. Erased leads are left out. */
  readonly changes: readonly Change[]
  /** The last change on the page, also if its lead was erased. Undefined if there was none. */
  readonly last: ChangeKey | undefined
  /** Whether more changes may follow. */
  readonly isFull: boolean
  /** In which the page was read. */
  readonly snapshot: Snapshot
}

export interface ChangeReader {
  /**
   * Reads the changes after a position, each with the current content of its lead. A change that was followed by another
   * one not visible in `until` is left out.
   *
   * @param until the end of the batch; undefined for the snapshot in which the page is read
   * @param folded whether to add the text that filters by text and email compare
   */
  read(position: Position, until: Snapshot | undefined, folded: boolean): Promise<ChangesPage>
  /** The database, its snapshot, and the equivalent snapshot to start from. */
  start(): Promise<Origin & { readonly snapshot: Snapshot; readonly seen: Snapshot }>
}

/** A note may have 20,000 code points, so a page has at most 20 MB. */
const PAGE_SIZE = 250

interface OriginRecord {
  system_identifier: string
  oid: number
  timeline: string
}

type ChangeRecord = LeadInsightRecord &
  OriginRecord & {
    snapshot: string
    changed_in: string | null
    changed_lead_id: string
    is_erased: boolean
    folded_text: string | null
    email_key: string | null
  }

/**
 * Reads changes of insights in the order (changed_in, lead_id), from the index of these columns.
 *
 * @param pageSize default {@link PAGE_SIZE}
 */
export function createChangeReader(sql: Sql, pageSize: number = PAGE_SIZE): ChangeReader {
  return {
    read: async (position, until, folded) => {
      const [first, ...others] = await withQueryTimeout(selectChanges(sql, position, until, { folded, pageSize }))
      if (first === undefined) throw new Error('a statement over one snapshot returned no row')
      const records = first.changed_in === null ? [] : [first, ...others]
      const last = records.at(-1)
      return {
        changes: records.filter((record) => !record.is_erased).flatMap(toChange),
        last: last && keyOf(last),
        isFull: records.length === pageSize,
        snapshot: parseSnapshot(first.snapshot),
        ...originOf(first),
      }
    },
    start: async () => {
      const [row] = await withQueryTimeout(selectStart(sql))
      if (row === undefined) throw new Error('a statement over one snapshot returned no row')
      const snapshot = parseSnapshot(row.snapshot)
      const xmax = row.last === null ? 0n : BigInt(row.last) + 1n
      const seen = { xmax, inProgress: snapshot.inProgress.filter((transaction) => transaction < xmax) }
      return { ...originOf(row), snapshot, seen }
    },
  }
}

/**
 * Two ranges of the index: transactions that were in progress, and later ones. The second ends where the snapshot does:
 * rows that were restored from a dump of another server may have numbers of its future.
 *
 * The changes are found and read in one statement, so in one snapshot.
 */
function selectChanges(
  sql: Sql,
  { seen, batch }: Position,
  until: Snapshot | undefined,
  { folded, pageSize }: { readonly folded: boolean; readonly pageSize: number },
) {
  const { changedIn, leadId } = batch?.after ?? { changedIn: 0n, leadId: NIL_ID }
  const from = changedIn > seen.xmax ? changedIn : seen.xmax
  const end = until === undefined ? sql`pg_current_snapshot()` : sql`${snapshotText(until)}::text::pg_snapshot`
  const isFollowing = sql`(changed_in, lead_id) > (${String(changedIn)}::text::xid8, ${leadId}::uuid)
    and pg_visible_in_snapshot(changed_in, ${end})`
  return sql<ChangeRecord[]>`
    with page as materialized (
      (
        select changed_in, lead_id from insights
        where changed_in = any(${seen.inProgress.map(String)}::text[]::xid8[]) and ${isFollowing}
        order by changed_in, lead_id limit ${pageSize}
      ) union all (
        select changed_in, lead_id from insights
        where changed_in >= ${String(from)}::text::xid8 and changed_in < pg_snapshot_xmax(${end}) and ${isFollowing}
        order by changed_in, lead_id limit ${pageSize}
      )
      order by changed_in, lead_id limit ${pageSize}
    )
    select pg_current_snapshot()::text as snapshot, page.changed_in::text, page.lead_id as changed_lead_id,
           l.lead_id as requested_id, l.lead_id is null as is_erased, ${leadColumns(sql)}, null as failure, i.*,
           case when ${folded} then ${foldedText(sql)} end as folded_text,
           case when ${folded} then subject_email(l.email) end as email_key, origin.*
    from (select ${originColumns(sql)}) origin
    left join page on true
    left join lead_details l on l.lead_id = page.lead_id
    left join lateral (select ${insightColumns(sql)} from insights where lead_id = page.lead_id) i on true
    order by page.changed_in, page.lead_id`
}

function selectStart(sql: Sql) {
  return sql<(OriginRecord & { snapshot: string; last: string | null })[]>`
    select ${originColumns(sql)}, pg_current_snapshot()::text as snapshot,
           (select changed_in from insights where changed_in < pg_snapshot_xmax(pg_current_snapshot())
            order by changed_in desc limit 1)::text as last`
}

/** The names of WAL files begin with the timeline, which the control file has only after the next checkpoint. */
function originColumns(sql: Sql) {
  return sql`
    (select system_identifier::text from pg_control_system()) as system_identifier,
    (select oid from pg_database where datname = current_database()) as oid,
    left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline`
}

function originOf({ system_identifier, oid, timeline }: OriginRecord): Origin {
  return { database: databaseId(system_identifier, oid), timeline }
}
function keyOf({ changed_in, changed_lead_id }: ChangeRecord): ChangeKey {
  return { changedIn: BigInt(changed_in ?? 0), leadId: changed_lead_id }
}

function toChange(record: ChangeRecord): Change[] {
  const row = toLeadInsight(record)
  if (row.insight === undefined) return []
  const { folded_text: foldedText, email_key: emailKey } = record
  return [
    {
      ...keyOf(record),
      row,
      insight: row.insight,
      foldedText: foldedText ?? undefined,
      emailKey: emailKey ?? undefined,
    },
  ]
}
