import type { Intent } from '../../domain/vocabulary.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../lib/postgres/query-timeout.ts'

/** Selects leads by id, or all, that match every given filter. */
export interface RetriageSelection {
  readonly leadIds: readonly string[] | undefined
  /** The analyzer that made the insight, as name@version. */
  readonly analyzer: string | undefined
  /** The intent of the insight is one of these. */
  readonly intents: readonly Intent[] | undefined
  readonly createdAfter: Date | undefined
  readonly createdBefore: Date | undefined
}

/** A position in the leads by creation. */
export interface LeadPosition {
  readonly createdAt: Date
  readonly id: string
}

export interface RetriageBatch {
  /** How many leads of the batch match the selection. */
  readonly leads: number
  /** The last lead of the batch; null when there are no more leads. */
  readonly last: LeadPosition | null
}

/** Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface RetriageStore {
  /** Current time by the database's clock. */
  now(): Promise<Date>
  /** Counts the selected leads in the next batch, in order of creation, among those created until `startedAt`. */
  count(selection: RetriageSelection, startedAt: Date, after: LeadPosition | null): Promise<RetriageBatch>
  /**
   * As `count`, and increments the generation of the selected leads and queues them, in one commit.
   * @param schedule the leads become due at `leadsPerSecond` from `startedAt`, after the `queuedBefore` of earlier
   *   batches
   */
  retriage(
    selection: RetriageSelection,
    startedAt: Date,
    after: LeadPosition | null,
    schedule: { queuedBefore: number; leadsPerSecond: number },
  ): Promise<RetriageBatch>
}

/** Maximum number of leads per statement: few enough to take well under a second. */
const BATCH_SIZE = 2_000
/** Leaves room for a busy database. */
const TIMEOUT_MS = 10_000
/** All retriages share the turn of one client, so that they do not delay the new leads of a client. */
const RETRIAGE_SHARE = 'leadtriage:retriage'
const NO_LEAD = '00000000-0000-0000-0000-000000000000'

export function createRetriageStore(sql: Sql): RetriageStore {
  return {
    now: async () => {
      const [row] = await withQueryTimeout(sql<{ now: Date }[]>`select now()::timestamptz(3) as now`)
      if (row === undefined) throw new Error('PostgreSQL returned no time')
      return row.now
    },
    count: async (selection, startedAt, after) =>
      toBatch(
        await withQueryTimeout(
          sql<BatchRecord[]>`
            with seen as materialized (${seen(sql, selection, startedAt, after)}),
            chosen as (select l.id from seen l where ${hasMatchingInsight(sql, selection)})
            ${outcome(sql)}`,
          TIMEOUT_MS,
        ),
      ),
    retriage: async (selection, startedAt, after, schedule) =>
      toBatch(await withQueryTimeout(retriage(sql, selection, startedAt, after, schedule), TIMEOUT_MS)),
  }
}

/**
 * Locks the leads and then their queue entries in the order of ids, so that concurrent calls cannot deadlock. A lead
 * that is already queued, even if just published, gets a new due time.
 */
function retriage(
  sql: Sql,
  selection: RetriageSelection,
  startedAt: Date,
  after: LeadPosition | null,
  { queuedBefore, leadsPerSecond }: { queuedBefore: number; leadsPerSecond: number },
) {
  return sql<BatchRecord[]>`
    with seen as materialized (${seen(sql, selection, startedAt, after)}),
    chosen as materialized (
      select l.id from leads l join seen using (id) where ${hasMatchingInsight(sql, selection)}
      order by l.id
      for no key update of l
    ), bumped as (
      update leads l set generation = l.generation + 1 from chosen where l.id = chosen.id
    ), queued as (
      insert into unsettled_leads as u (lead_id, share, check_at)
      select id, ${RETRIAGE_SHARE}, ${startedAt}::timestamptz
                 + make_interval(secs => (${queuedBefore}::int + row_number() over (order by id))::float8
                                         / ${leadsPerSecond}::int)
      from chosen
      order by id
      on conflict (lead_id) do update
        set share = excluded.share, check_at = excluded.check_at, publishes = 0, published_at = null
    )
    ${outcome(sql)}`
}

/**
 * The leads of the next batch, before the filter by insight. Reads the index (created_at, id), so that leads outside
 * the requested times cost nothing; leads by id are read by primary key.
 */
function seen(
  sql: Sql,
  { leadIds, createdAfter, createdBefore }: RetriageSelection,
  startedAt: Date,
  after: LeadPosition | null,
) {
  return sql`
    select id, created_at from leads
    where (created_at, id) > (coalesce(${after?.createdAt ?? null}::timestamptz, '-infinity'), ${after?.id ?? NO_LEAD}::uuid)
      and ${leadIds === undefined ? sql`true` : sql`id = any(${[...leadIds]}::uuid[])`}
      and created_at >= coalesce(${createdAfter ?? null}::timestamptz, '-infinity')
      and created_at < coalesce(${createdBefore ?? null}::timestamptz, 'infinity')
      and created_at <= ${startedAt}
    order by created_at, id
    limit ${BATCH_SIZE}`
}

/** Whether lead `l` has an insight that matches the selection; {@link seen} applies the other filters. */
function hasMatchingInsight(sql: Sql, { analyzer, intents }: RetriageSelection) {
  if (analyzer === undefined && intents === undefined) return sql`true`
  return sql`exists (
    select from insights i
    where i.lead_id = l.id
      and i.analyzer = coalesce(${analyzer ?? null}, i.analyzer)
      and i.intent = any(coalesce(${intents === undefined ? null : [...intents]}::text[], array[i.intent]))
  )`
}

interface BatchRecord {
  leads: number
  created_at: Date | null
  id: string | null
}

function outcome(sql: Sql) {
  return sql`
    select (select count(*) from chosen) as leads, last.created_at, last.id
    from (select) as one left join (select * from seen order by created_at desc, id desc limit 1) as last on true`
}

function toBatch([row]: readonly BatchRecord[]): RetriageBatch {
  if (row === undefined) return { leads: 0, last: null }
  const { leads, created_at: createdAt, id } = row
  return { leads, last: createdAt === null || id === null ? null : { createdAt, id } }
}
