import type { Intent } from '../../domain/vocabulary.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../lib/postgres/query-timeout.ts'

/** Leads by their ids, or all; of these the ones that everything which is given holds for. */
export interface RetriageSelection {
  readonly leadIds: readonly string[] | undefined
  /** The analyzer that made the insight, as name@version. */
  readonly analyzer: string | undefined
  /** What the insight says. */
  readonly intents: readonly Intent[] | undefined
  readonly createdAfter: Date | undefined
  readonly createdBefore: Date | undefined
}

/** Where a part of a large change ends. */
export interface LeadPosition {
  readonly createdAt: Date
  readonly id: string
}

export interface RetriagePart {
  /** How many leads of the part the selection holds for. */
  readonly leads: number
  /** The last lead that was looked at; null when there are no more. */
  readonly last: LeadPosition | null
}

/** Every method throws AppError `unavailable` when the database cannot be reached. */
export interface RetriageStore {
  /** By the database's clock. */
  now(): Promise<Date>
  /** Looks at the next part of the leads that were there when the call had `begun`, in the order of their creation. */
  count(selection: RetriageSelection, begun: Date, after: LeadPosition | null): Promise<RetriagePart>
  /**
   * As `count`, and gives those that the selection holds for their next generation and a place in line, in one commit.
   * @param line how many of this call are `ahead` of them in line, and how fast that moves from `begun` on
   */
  retriage(
    selection: RetriageSelection,
    begun: Date,
    after: LeadPosition | null,
    line: { ahead: number; leadsPerSecond: number },
  ): Promise<RetriagePart>
}

/** How many leads one statement looks at: few enough to take well under a second. */
const PART = 2_000
/** And how long that may take on a busy day. */
const TIMEOUT_MS = 10_000
const NO_LEAD = '00000000-0000-0000-0000-000000000000'

export function createRetriageStore(sql: Sql): RetriageStore {
  return {
    now: async () => {
      const [row] = await withQueryTimeout(sql<{ now: Date }[]>`select now()::timestamptz(3) as now`)
      if (row === undefined) throw new Error('the database does not know the time')
      return row.now
    },
    count: async (selection, begun, after) =>
      toPart(
        await withQueryTimeout(
          sql<PartRecord[]>`
            with seen as materialized (${seen(sql, selection, begun, after)}),
            chosen as (select l.id from seen l where ${isMeant(sql, selection)})
            ${outcome(sql)}`,
          TIMEOUT_MS,
        ),
      ),
    retriage: async (selection, begun, after, line) =>
      toPart(await withQueryTimeout(retriage(sql, selection, begun, after, line), TIMEOUT_MS)),
  }
}

/**
 * Two calls at once take the leads, and then their places in line, in the order of the ids, so that they cannot
 * deadlock. A lead that stands in line already, also one that was just published, gets a new place.
 */
function retriage(
  sql: Sql,
  selection: RetriageSelection,
  begun: Date,
  after: LeadPosition | null,
  { ahead, leadsPerSecond }: { ahead: number; leadsPerSecond: number },
) {
  return sql<PartRecord[]>`
    with seen as materialized (${seen(sql, selection, begun, after)}),
    chosen as materialized (
      select l.id from leads l join seen using (id) where ${isMeant(sql, selection)}
      order by l.id
      for no key update of l
    ), bumped as (
      update leads l set generation = l.generation + 1 from chosen where l.id = chosen.id
    ), in_line as (
      insert into unsettled_leads as u (lead_id, check_at)
      select id, ${begun}::timestamptz
                 + make_interval(secs => (${ahead}::int + row_number() over (order by id))::float8 / ${leadsPerSecond}::int)
      from chosen
      order by id
      on conflict (lead_id) do update set check_at = excluded.check_at, publishes = 0, published_at = null
    )
    ${outcome(sql)}`
}

/** Reads the index (created_at, id), however many leads lie outside the time asked for; ids by the primary key. */
function seen(
  sql: Sql,
  { leadIds, createdAfter, createdBefore }: RetriageSelection,
  begun: Date,
  after: LeadPosition | null,
) {
  return sql`
    select id, created_at from leads
    where (created_at, id) > (coalesce(${after?.createdAt ?? null}::timestamptz, '-infinity'), ${after?.id ?? NO_LEAD}::uuid)
      and ${leadIds === undefined ? sql`true` : sql`id = any(${[...leadIds]}::uuid[])`}
      and created_at >= coalesce(${createdAfter ?? null}::timestamptz, '-infinity')
      and created_at < coalesce(${createdBefore ?? null}::timestamptz, 'infinity')
      and created_at <= ${begun}
    order by created_at, id
    limit ${PART}`
}

/** Whether the selection holds for a lead `l`, beside what {@link seen} has looked at. */
function isMeant(sql: Sql, { analyzer, intents }: RetriageSelection) {
  if (analyzer === undefined && intents === undefined) return sql`true`
  return sql`exists (
    select from insights i
    where i.lead_id = l.id
      and i.analyzer = coalesce(${analyzer ?? null}, i.analyzer)
      and i.intent = any(coalesce(${intents === undefined ? null : [...intents]}::text[], array[i.intent]))
  )`
}

interface PartRecord {
  leads: number
  created_at: Date | null
  id: string | null
}

function outcome(sql: Sql) {
  return sql`
    select (select count(*) from chosen) as leads, last.created_at, last.id
    from (select) as one left join (select * from seen order by created_at desc, id desc limit 1) as last on true`
}

function toPart([row]: readonly PartRecord[]): RetriagePart {
  if (row === undefined) return { leads: 0, last: null }
  const { leads, created_at: createdAt, id } = row
  return { leads, last: createdAt === null || id === null ? null : { createdAt, id } }
}
