import type { Correction } from '../../../domain/correction.ts'
import type { Verdict } from '../../../domain/insight.ts'
import type { Intent, NextAction, Priority } from '../../../domain/vocabulary.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'

/** A correction before it is stored. */
interface NewCorrection {
  readonly id: string
  readonly leadId: string
  readonly verdict: Verdict
  /** What the verdict was derived from. */
  readonly basedOn: Verdict
  readonly comment: string | null
  readonly actor: string
  readonly clientId: string
  readonly request: CorrectionRequestId | null
}

/** Identifies the attempts to store one correction. */
interface CorrectionRequestId {
  /** Chosen by the client. */
  readonly id: string
  readonly hash: string
}

interface CorrectionFilter {
  readonly createdAfter: Date | undefined
  readonly createdBefore: Date | undefined
}

interface CorrectionPosition {
  readonly createdAt: Date
  readonly id: string
}

/** A correction with the note that it is about. */
export interface CorrectedNote {
  readonly correction: Correction
  readonly note: string
  readonly language: string
  readonly tags: readonly string[]
  readonly receivedAt: Date
}

/** Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface CorrectionStore {
  /**
   * Stores a correction together with the verdict of the insight (`correct_insight` in db/migrations/027).
   *
   * @returns `outdated` if nothing was stored, because what counts is no longer what the verdict was derived from, or
   *   there is a correction with the request id; `missing` if the lead was erased
   */
  add(correction: NewCorrection): Promise<Correction | 'outdated' | 'missing'>
  findByRequest(
    clientId: string,
    requestId: string,
  ): Promise<{ readonly correction: Correction; readonly requestHash: string } | undefined>
  /** The corrections that count, one of each lead, oldest first, after a position. */
  listLatest(filter: CorrectionFilter, after: CorrectionPosition | undefined, limit: number): Promise<CorrectedNote[]>
  /** The oldest corrections whose events the stream has not acknowledged, and that have had time for it. */
  findUnpublished(limit: number): Promise<Correction[]>
  markPublished(id: string): Promise<void>
  /** Erases the corrections of erased leads. Resolves to whether more may follow. */
  eraseBatch(): Promise<boolean>
}

/** A row with {@link correctionColumns}. */
export interface CorrectionRecord {
  id: string
  lead_id: string
  intent: Intent
  priority: Priority
  next_action: NextAction
  comment: string | null
  actor: string
  created_at: Date
  analyzer_intent: Intent
  analyzer_priority: Priority
  analyzer_next_action: NextAction
  analyzer: string
  confidence: number
  generation: number
  request_hash: string | null
}

interface NoteRecord {
  note: string
  language: string
  tags: string[]
  received_at: Date
}

const NO_ID = '00000000-0000-0000-0000-000000000000'
/** Longer than the publisher waits for an acknowledgement, so that the first attempt has ended. */
const PUBLISHED_WITHIN_SECONDS = 10
const ERASED_LEADS_PER_BATCH = 200
/** SQLSTATE that `correct_insight` raises when there is no insight to correct. */
const NO_DATA_FOUND = 'P0002'

export function createCorrectionStore(sql: Sql): CorrectionStore {
  return {
    add: async ({ id, leadId, verdict, basedOn, comment, actor, clientId, request }) => {
      const adding = withQueryTimeout(sql<CorrectionRecord[]>`
        select ${correctionColumns(sql)}
        from correct_insight(
          ${id}, ${leadId}, ${basedOn.intent}, ${basedOn.priority}, ${basedOn.nextAction}, ${verdict.intent},
          ${verdict.priority}, ${verdict.nextAction}, ${comment}, ${actor}, ${clientId}, ${request?.id ?? null},
          ${request?.hash ?? null}
        )`)
      try {
        const [row] = await adding
        return row === undefined ? 'outdated' : toCorrection(row)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === NO_DATA_FOUND) return 'missing'
        throw error
      }
    },
    findByRequest: async (clientId, requestId) => {
      const [row] = await withQueryTimeout(sql<CorrectionRecord[]>`
        select ${correctionColumns(sql)} from corrections where client_id = ${clientId} and request_id = ${requestId}`)
      return row && { correction: toCorrection(row), requestHash: row.request_hash ?? '' }
    },
    listLatest: async ({ createdAfter, createdBefore }, after, limit) => {
      const rows = await withQueryTimeout(sql<(CorrectionRecord & NoteRecord)[]>`
        select c.*, l.note, i.language, to_jsonb(i.tags) as tags, l.created_at as received_at
        from (
          select ${correctionColumns(sql)} from corrections
          where (created_at, id) > (coalesce(${after?.createdAt ?? null}::timestamptz, '-infinity'), ${after?.id ?? NO_ID}::uuid)
            and created_at >= coalesce(${createdAfter ?? null}::timestamptz, '-infinity')
            and created_at < coalesce(${createdBefore ?? null}::timestamptz, 'infinity')
        ) c
        join insights i on i.lead_id = c.lead_id and i.corrected_at = c.created_at
        join lead_details l on l.lead_id = c.lead_id
        order by c.created_at, c.id
        limit ${limit}`)
      return rows.map((row) => ({
        correction: toCorrection(row),
        note: row.note,
        language: row.language,
        tags: row.tags,
        receivedAt: row.received_at,
      }))
    },
    findUnpublished: async (limit) => {
      const rows = await withQueryTimeout(sql<CorrectionRecord[]>`
        select ${correctionColumns(sql)} from corrections
        where published_at is null and created_at < now() - make_interval(secs => ${PUBLISHED_WITHIN_SECONDS})
        order by created_at
        limit ${limit}`)
      return rows.map(toCorrection)
    },
    markPublished: async (id) => {
      await withQueryTimeout(sql`update corrections set published_at = now() where id = ${id}`)
    },
    eraseBatch: async () => {
      const [row] = await withQueryTimeout(sql<{ leads: number }[]>`
        select erase_corrections(${ERASED_LEADS_PER_BATCH}) as leads`)
      return row?.leads === ERASED_LEADS_PER_BATCH
    },
  }
}

/** The columns of a {@link CorrectionRecord}, for a select list. */
export function correctionColumns(sql: Sql) {
  return sql`id, lead_id, intent, priority, next_action, comment, actor, created_at, analyzer_intent,
             analyzer_priority, analyzer_next_action, analyzer, confidence, generation, request_hash`
}

export function toCorrection(row: CorrectionRecord): Correction {
  return {
    id: row.id,
    leadId: row.lead_id,
    verdict: { intent: row.intent, priority: row.priority, nextAction: row.next_action },
    analyzerVerdict: {
      intent: row.analyzer_intent,
      priority: row.analyzer_priority,
      nextAction: row.analyzer_next_action,
    },
    analyzer: row.analyzer,
    confidence: row.confidence,
    generation: row.generation,
    comment: row.comment,
    actor: row.actor,
    createdAt: row.created_at,
  }
}
