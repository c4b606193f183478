import { stringify } from 'csv-stringify/sync'
import type { LeadInsight } from './lead-insight.ts'
import { toLeadInsightBody } from './lead-insight-body.ts'

/** The text of an export. */
export interface ExportFormat {
  readonly type: string
  /** What precedes the first lead. */
  readonly head: string
  rows(batch: readonly LeadInsight[]): string
}

/** One JSON object per line, the same as in a page of the list. */
export const NDJSON: ExportFormat = {
  type: 'application/x-ndjson',
  head: '',
  rows: (batch) => batch.map((row) => `${JSON.stringify(toLeadInsightBody(row))}\n`).join(''),
}

type Cell = string | number | null | undefined

/** The columns of CSV, in order. */
const COLUMNS: Readonly<Record<string, (row: LeadInsight) => Cell>> = {
  lead_id: ({ lead }) => lead.id,
  created_at: ({ lead }) => lead.createdAt.toISOString(),
  client: ({ clientId }) => clientId,
  source: ({ lead }) => lead.source,
  state: ({ state }) => state,
  priority: ({ insight }) => insight?.priority,
  intent: ({ insight }) => insight?.intent,
  next_action: ({ insight }) => insight?.nextAction,
  confidence: ({ insight }) => insight?.confidence,
  name: ({ lead }) => lead.name,
  email: ({ lead }) => lead.email,
  phone: ({ lead }) => lead.phone,
  note: ({ lead }) => lead.note,
  reasons: ({ insight }) => insight?.reasons.map(({ text }) => text).join('; '),
  tags: ({ insight }) => insight?.tags.join(' '),
  language: ({ insight }) => insight?.language,
  analyzer: ({ insight }) => insight?.analyzer,
  stage: ({ insight }) => insight?.stage,
  generation: ({ insight }) => insight?.generation,
  insight_created_at: ({ insight }) => insight?.createdAt.toISOString(),
  insight_updated_at: ({ insight }) => insight?.updatedAt.toISOString(),
  corrected_at: ({ insight }) => insight?.corrected?.at.toISOString(),
  analyzer_priority: ({ insight }) => insight?.corrected?.analyzerVerdict.priority,
  analyzer_intent: ({ insight }) => insight?.corrected?.analyzerVerdict.intent,
  analyzer_next_action: ({ insight }) => insight?.corrected?.analyzerVerdict.nextAction,
  dead_letter_reason: ({ deadLetterReason }) => deadLetterReason,
}
/** Without it, spreadsheets take the text for that of a national encoding. */
const BYTE_ORDER_MARK = '\ufeff'

/**
 * RFC 4180. Cells that a spreadsheet would take for a formula (those that start with =, +, -, @, a tab or a carriage
 * return) get an apostrophe in front.
 */
export const CSV: ExportFormat = {
  type: 'text/csv; charset=utf-8',
  head: `${BYTE_ORDER_MARK}${Object.keys(COLUMNS).join(',')}\r\n`,
  rows: (batch) =>
    stringify(
      batch.map((row) => Object.values(COLUMNS).map((cell) => cell(row))),
      { escape_formulas: true, record_delimiter: 'windows' },
    ),
}
