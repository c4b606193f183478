import { isErased, passGate } from '../../contract/erased-leads.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../lib/postgres/query-timeout.ts'
import { forgetAttempts } from './attempt-tracker.ts'
import type { DeadLetter, DeadLetterFilter } from './dead-letter.ts'

interface NewDeadLetter extends Pick<DeadLetter, 'leadId' | 'generation' | 'reason' | 'error' | 'attempts'> {
  /** Set if the lead is parked: time until the retry. */
  readonly retryAfterMs?: number
}

/** A position in the list. */
type DeadLetterPosition = Pick<DeadLetter, 'lastFailedAt' | 'leadId'>

/** Selects dead letters by lead ids or by a filter. */
export type DeadLetterSelection = { readonly leadIds: readonly string[] } | { readonly filter: DeadLetterFilter }

/** Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface DeadLetterStore {
  /**
   * Stores a dead letter, replacing an older one of the same lead. Does nothing if the lead already has a final insight
   * of this generation, since then another delivery of the message has succeeded, and if the lead was erased.
   */
  put(letter: NewDeadLetter): Promise<void>
  find(leadId: string): Promise<DeadLetter | undefined>
  /** Lists dead letters after a position, newest failure first. */
  list(filter: DeadLetterFilter, after: DeadLetterPosition | undefined, limit: number): Promise<DeadLetter[]>
  count(selection: DeadLetterSelection): Promise<number>
  countByState(): Promise<{ dead: number; parked: number; deferred: number }>
  /**
   * Makes the next batch of dead letters due now, in the order of lead ids, after the given one.
   * @returns the size of the batch and its last lead id; null when there are no more
   */
  redrive(selection: DeadLetterSelection, after: string | undefined): Promise<{ leads: number; last: string | null }>
}

/** Maximum time between two retries of a parked lead. */
const MAX_PARKING_TIME = '5 minutes'
/** Maximum number of dead letters per statement. */
const REDRIVE_BATCH_SIZE = 2_000
/** Leaves room for a busy database. */
const REDRIVE_TIMEOUT_MS = 10_000
const NO_LEAD = '00000000-0000-0000-0000-000000000000'

export function createDeadLetterStore(sql: Sql): DeadLetterStore {
  return {
    put: async (letter) => {
      await withQueryTimeout(put(sql, letter))
    },
    find: async (leadId) => {
      const [letter] = await withQueryTimeout(sql<DeadLetter[]>`
        select ${columns(sql)} from dead_letters d where d.lead_id = ${leadId}`)
      return letter
    },
    // a backward scan of the index (last_failed_at, lead_id)
    list: (filter, after, limit) =>
      withQueryTimeout(sql<DeadLetter[]>`
        select ${columns(sql)} from dead_letters d
        where ${isSelected(sql, { filter })}
          and (d.last_failed_at, d.lead_id)
            < (coalesce(${after?.lastFailedAt ?? null}::timestamptz, 'infinity'), ${after?.leadId ?? NO_LEAD}::uuid)
        order by d.last_failed_at desc, d.lead_id desc
        limit ${limit}`),
    count: async (selection) => {
      const [row] = await withQueryTimeout(sql<{ count: number }[]>`
        select count(*) from dead_letters d where ${isSelected(sql, selection)}`)
      return row?.count ?? 0
    },
    countByState: async () => {
      const [row] = await withQueryTimeout(sql<{ dead: number; parked: number; deferred: number }[]>`
        select count(*) filter (where retry_at is null) as dead, count(retry_at) as parked,
               (select count(*) from deferred_leads) as deferred
        from dead_letters`)
      return row ?? { dead: 0, parked: 0, deferred: 0 }
    },
    redrive: async (selection, after) => {
      const [row] = await withQueryTimeout(redrive(sql, selection, after ?? NO_LEAD), REDRIVE_TIMEOUT_MS)
      return row ?? { leads: 0, last: null }
    },
  }
}

function put(sql: Sql, { leadId, generation, reason, error, attempts, retryAfterMs }: NewDeadLetter) {
  return sql`
    with ${passGate(sql)}, cleared as (${forgetAttempts(sql, [leadId])})
    insert into dead_letters as stored (lead_id, generation, reason, error, attempts, retry_at)
    select ${leadId}::uuid, ${generation}::int, ${reason}, ${storable(error)}, ${attempts}::int,
           now() + make_interval(secs => ${retryAfterMs === undefined ? null : retryAfterMs / 1000})
    where not exists (
      select from insights i
      where i.lead_id = ${leadId}::uuid and i.generation >= ${generation}::int and i.stage = 'final'
    ) and not ${isErased(sql, sql`${leadId}::uuid`)}
    on conflict (lead_id) do update set
      generation = excluded.generation, reason = excluded.reason, error = excluded.error,
      attempts = excluded.attempts, last_failed_at = now(),
      -- null for a dead letter. A parked lead backs off in proportion to how long it has been parked, so that an outage
      -- of the model for hours does not republish every lead each minute; with jitter, since leads are parked together
      retry_at = greatest(
        excluded.retry_at,
        case when excluded.retry_at is not null then
          now() + least((now() - stored.first_failed_at) / 4, ${MAX_PARKING_TIME}::interval) * (0.5 + random() / 2)
        end
      )
    where excluded.generation >= stored.generation`
}

/**
 * Skips locked dead letters: their lead has just failed again or has just got its insight. So a redrive never waits and
 * cannot deadlock with the workers. Deletes dead letters that were stored while another delivery produced the insight.
 */
function redrive(sql: Sql, selection: DeadLetterSelection, after: string) {
  return sql<{ leads: number; last: string | null }[]>`
    with chosen as materialized (
      select d.lead_id, exists (
        select from insights i where i.lead_id = d.lead_id and i.generation >= d.generation and i.stage = 'final'
      ) as settled
      from dead_letters d
      where d.lead_id > ${after} and ${isSelected(sql, selection)}
      order by d.lead_id
      limit ${REDRIVE_BATCH_SIZE}
      for update of d skip locked
    ), removed as (
      delete from dead_letters d using chosen where d.lead_id = chosen.lead_id and chosen.settled
    ), redriven as (
      update dead_letters d set retry_at = now(), attempts = 0
      from chosen where d.lead_id = chosen.lead_id and not chosen.settled
    )
    select count(*) as leads, (select lead_id from chosen order by lead_id desc limit 1) as last from chosen`
}

function columns(sql: Sql) {
  return sql`d.lead_id as "leadId", d.generation, d.reason, d.error, d.attempts, d.first_failed_at as "firstFailedAt",
             d.last_failed_at as "lastFailedAt", d.retry_at as "retryAt"`
}

function isSelected(sql: Sql, selection: DeadLetterSelection) {
  if ('leadIds' in selection) return sql`d.lead_id = any(${[...selection.leadIds]}::uuid[])`
  const { reason, state, failedAfter, failedBefore } = selection.filter
  return sql`(
    d.reason = coalesce(${reason ?? null}, d.reason)
    and (${state} = 'all' or (d.retry_at is null) = (${state} = 'dead'))
    and d.last_failed_at >= coalesce(${failedAfter ?? null}::timestamptz, '-infinity')
    and d.last_failed_at < coalesce(${failedBefore ?? null}::timestamptz, 'infinity')
  )`
}

/** PostgreSQL cannot store U+0000 or lone surrogates. */
function storable(error: string): string {
  return error.replaceAll('\u0000', '').toWellFormed().slice(0, 2_000)
}
