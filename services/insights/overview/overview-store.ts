import { insightColumns } from '../../../contract/insight-record.ts'
import type { Correction } from '../../../domain/correction.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { CorrectionRecord } from '../corrections/correction-store.ts'
import { correctionColumns, toCorrection } from '../corrections/correction-store.ts'
import type { LeadInsight } from '../leads/lead-insight.ts'
import type { LeadInsightRecord } from '../leads/read-lead-insights.ts'
import { leadColumns, toLeadInsight } from '../leads/read-lead-insights.ts'

/** The dead letter of a lead, also if the lead has an insight of an earlier generation. */
interface FailedTriage {
  /** `failed` or `delivery_limit`. */
  readonly reason: string
  readonly generation: number
  readonly failedAt: Date
}

/** What is stored about a lead, as of one moment. */
export interface StoredOverview {
  readonly lead: LeadInsight
  /** The newest {@link MAX_CORRECTIONS}, newest first. */
  readonly corrections: readonly Correction[]
  /** Whether there are more. */
  readonly correctionsTruncated: boolean
  readonly deadLetter: FailedTriage | undefined
  /**
   * Other leads with the same email address or phone number: the newest {@link MAX_RELATED}, newest first, with notes
   * of at most {@link MAX_RELATED_NOTE_LENGTH} code points.
   */
  readonly related: readonly LeadInsight[]
  /** Whether there are more. */
  readonly relatedTruncated: boolean
}

export interface OverviewStore {
  /**
   * @param withRelated whether to look for related leads
   * @returns undefined if the lead does not exist
   * @throws AppError `unavailable` when PostgreSQL is unreachable
   */
  read(leadId: string, withRelated: boolean): Promise<StoredOverview | undefined>
}

const MAX_CORRECTIONS = 50
/** `related_leads` in db/migrations/024 returns one more. */
const MAX_RELATED = 20
/** In Unicode code points. 20 whole notes could be larger than a message of gRPC may be by default. */
const MAX_RELATED_NOTE_LENGTH = 500

type OverviewRecord = LeadInsightRecord & {
  dead_letter_reason: string | null
  dead_letter_generation: number
  failed_at: Date
  corrections: (Omit<CorrectionRecord, 'created_at'> & { created_at: string })[] | null
}

export function createOverviewStore(sql: Sql): OverviewStore {
  return {
    read: async (leadId, withRelated) => {
      const [first, ...others] = await withQueryTimeout(selectOverview(sql, leadId, withRelated))
      if (first === undefined) return undefined
      const corrections = (first.corrections ?? []).map((record) =>
        toCorrection({ ...record, created_at: new Date(record.created_at) }),
      )
      const { dead_letter_reason: reason, dead_letter_generation: generation, failed_at: failedAt } = first
      return {
        lead: toLeadInsight(first),
        corrections: corrections.slice(0, MAX_CORRECTIONS),
        correctionsTruncated: corrections.length > MAX_CORRECTIONS,
        deadLetter: reason === null ? undefined : { reason, generation, failedAt },
        related: others.slice(0, MAX_RELATED).map(toLeadInsight),
        relatedTruncated: others.length > MAX_RELATED,
      }
    },
  }
}

/**
 * The lead, then its related leads, newest first: one statement, so one snapshot and one round trip.
 *
 * The limits are part of the text: with parameters, PostgreSQL would plan every execution, which takes three times as
 * long as the execution. `limit 1` keeps it from joining whole tables.
 */
function selectOverview(sql: Sql, leadId: string, withRelated: boolean) {
  const excerpt = sql.unsafe(`
    case when length(left(note, ${MAX_RELATED_NOTE_LENGTH + 1})) > ${MAX_RELATED_NOTE_LENGTH}
      then left(note, ${MAX_RELATED_NOTE_LENGTH - 1}) || '…' else note end`)
  return sql<OverviewRecord[]>`
    with shown as materialized (
      select lead_id as requested_id, null::timestamptz as related_at from lead_details where lead_id = ${leadId}
      union all
      select lead_id, created_at from related_leads(${leadId}) where ${withRelated}
    )
    select requested_id, ${leadColumns(sql)}, i.*, case when i.id is null then failed.reason end as failure,
           failed.reason as dead_letter_reason, failed.generation as dead_letter_generation,
           failed.last_failed_at as failed_at, corrected.corrections
    from shown
    join lateral (
      select client_id, email, phone, name, source, created_at,
             case when related_at is null then note else ${excerpt} end as note
      from lead_details where lead_id = requested_id limit 1
    ) l on true
    left join lateral (select ${insightColumns(sql)} from insights where lead_id = requested_id limit 1) i on true
    left join lateral (
      select reason, generation, last_failed_at from failed_leads where lead_id = requested_id limit 1
    ) failed on true
    left join lateral (
      select jsonb_agg(to_jsonb(c) order by c.created_at desc) as corrections
      from (
        select ${correctionColumns(sql)} from corrections where lead_id = ${leadId}
        order by created_at desc ${sql.unsafe(`limit ${MAX_CORRECTIONS + 1}`)}
      ) c
    ) corrected on related_at is null
    order by related_at desc nulls first, requested_id desc`
}
