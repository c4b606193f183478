import { v5 as uuidv5 } from 'uuid'
import type { Violation } from '../../../lib/errors/app-error.ts'
import type { BatchOutcome } from '../batch-create-leads.ts'
import type { ImportRow } from './row.ts'
import { createWaitingRows } from './waiting-rows.ts'

/*
 * Stores the rows of an import and reports progress. Invariants:
 *  1. At most `LISTS_IN_FLIGHT` lists are being stored. A list is started when it is full or when none is in flight, so
 *     received rows wait for at most one commit.
 *  2. Reading pauses while a full list waits. This bounds the memory of an import and applies back-pressure to the
 *     sender.
 *  3. Lists are reported in the order of their rows: all rows up to a reported progress are stored.
 *  4. Nothing is in flight after the import has ended, however it ends, including when the reader of the response
 *     returns between two lists. The source is closed then.
 */

const LISTS_IN_FLIGHT = 2

export interface ImportLeadsDependencies {
  /** Stores a list of `{ idempotency_key, lead }`, retrying transient errors; returns an outcome for each. */
  readonly storeList: (inputs: readonly unknown[]) => Promise<readonly BatchOutcome[]>
}

export interface ImportRequest {
  readonly rows: AsyncIterable<readonly ImportRow[]>
  /** The UUID from which the keys of rows without a key are derived. */
  readonly importKey: string | undefined
  /** Ends the import after the lists in flight. */
  readonly signal: AbortSignal
}

/** Number of processed rows, by outcome. */
export interface ImportProgress {
  readonly rows: number
  readonly created: number
  readonly replayed: number
  readonly conflicts: number
  readonly erased: number
  readonly invalid: number
}

/** A row that was not stored. */
interface RowFault {
  readonly row: number
  readonly outcome: 'conflict' | 'erased' | 'invalid'
  readonly errors: readonly Violation[]
}

/** The result of one list. */
export interface ImportedList {
  readonly faults: readonly RowFault[]
  /** Of all lists up to and including this one. */
  readonly progress: ImportProgress
}

export const NOTHING_IMPORTED: ImportProgress = {
  rows: 0,
  created: 0,
  replayed: 0,
  conflicts: 0,
  erased: 0,
  invalid: 0,
}

type RowOutcome = { readonly row: ImportRow } & Pick<BatchOutcome, 'kind'> & {
    readonly violations?: readonly Violation[]
  }
type Step =
  | { readonly kind: 'read'; readonly rows: readonly ImportRow[] }
  | { readonly kind: 'stored'; readonly outcomes: readonly RowOutcome[] }
  | { readonly kind: 'end'; readonly failure?: { readonly cause: unknown } }
  | { readonly kind: 'not stored'; readonly cause: unknown }

/**
 * Stores rows in lists while it reads more, and yields the result of each list once it is committed.
 *
 * @throws AppError the error of reading or storing, after the lists before it are stored; the reason of the signal
 */
export async function* importLeads(
  { storeList }: ImportLeadsDependencies,
  { rows, importKey, signal }: ImportRequest,
): AsyncGenerator<ImportedList, void> {
  const source = rows[Symbol.asyncIterator]()
  const waiting = createWaitingRows()
  const inFlight: Promise<Step>[] = []
  let reading: Promise<Step> | undefined
  let end: Extract<Step, { kind: 'end' }> | undefined
  let progress = NOTHING_IMPORTED

  try {
    for (;;) {
      const canStart = () => waiting.full || (waiting.count > 0 && (inFlight.length === 0 || end !== undefined))
      while (inFlight.length < LISTS_IN_FLIGHT && canStart()) inFlight.push(store(storeList, waiting.take(), importKey)) // 1
      if (end === undefined && !waiting.full) reading ??= read(source) // 2
      const next = [inFlight[0], reading].filter((step) => step !== undefined)
      if (next.length === 0) break
      const step = await Promise.race(next)
      if (step.kind === 'read') {
        reading = undefined
        waiting.add(step.rows)
      } else if (step.kind === 'end') {
        reading = undefined
        end = step
        if (step.failure && signal.aborted) waiting.clear()
      } else {
        inFlight.shift() // 3
        if (step.kind === 'not stored') throw step.cause
        progress = add(progress, step.outcomes)
        yield { faults: step.outcomes.flatMap(toFault), progress }
      }
    }
  } finally {
    await Promise.all(inFlight) // 4
    source.return?.().catch(() => undefined) // not awaited: during a read it resolves only when the next rows arrive
  }
  if (end?.failure) throw signal.aborted ? signal.reason : end.failure.cause
}

/** Never rejects, since it may settle long before it is awaited. */
async function read(source: AsyncIterator<readonly ImportRow[]>): Promise<Step> {
  try {
    const { done, value } = await source.next()
    return done ? { kind: 'end' } : { kind: 'read', rows: value }
  } catch (cause) {
    return { kind: 'end', failure: { cause } }
  }
}

/** Never rejects, like {@link read}. */
async function store(
  storeList: ImportLeadsDependencies['storeList'],
  rows: readonly ImportRow[],
  importKey: string | undefined,
): Promise<Step> {
  const namespace = importKey === undefined ? undefined : Buffer.from(importKey.replaceAll('-', ''), 'hex')
  const inputs = rows.flatMap((row) => toInput(row, namespace) ?? [])
  try {
    const stored = (inputs.length > 0 ? await storeList(inputs) : []).values()
    const outcomes = rows.map((row): RowOutcome => {
      if (row.content.kind === 'unreadable') return { row, kind: 'invalid', violations: [row.content.violation] }
      const outcome = stored.next().value
      if (outcome === undefined) throw new Error('the store returned fewer outcomes than rows')
      return 'violations' in outcome
        ? { row, kind: outcome.kind, violations: outcome.violations.map((v) => toRowViolation(v, row, importKey)) }
        : { row, kind: outcome.kind }
    })
    return { kind: 'stored', outcomes }
  } catch (cause) {
    return { kind: 'not stored', cause }
  }
}

/** Derives the key of a row without one from the import key and the row number, so that repeating an import is safe. */
function toInput({ number, content }: ImportRow, namespace: Uint8Array | undefined) {
  if (content.kind === 'unreadable') return undefined
  const { idempotency_key: own, ...lead } = content.fields
  return { idempotency_key: own ?? (namespace && uuidv5(String(number), namespace)), lead }
}

/** Maps the path of a violation to the field names of a row. */
function toRowViolation(
  { path, message }: Violation,
  { content }: ImportRow,
  importKey: string | undefined,
): Violation {
  const hasNoKey = content.kind === 'fields' && content.fields.idempotency_key == null && importKey === undefined
  if (path !== 'idempotency_key' || !hasNoKey) return { path: path.replace(/^lead\.?/, ''), message }
  return { path, message: 'must be a UUID in each row, unless the header Idempotency-Key is set' }
}

function toFault({ row, kind, violations = [] }: RowOutcome): RowFault[] {
  return kind === 'conflict' || kind === 'erased' || kind === 'invalid'
    ? [{ row: row.number, outcome: kind, errors: violations }]
    : []
}

function add(progress: ImportProgress, outcomes: readonly RowOutcome[]): ImportProgress {
  const count = (kind: RowOutcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length
  return {
    rows: progress.rows + outcomes.length,
    created: progress.created + count('created'),
    replayed: progress.replayed + count('replayed'),
    conflicts: progress.conflicts + count('conflict'),
    erased: progress.erased + count('erased'),
    invalid: progress.invalid + count('invalid'),
  }
}
