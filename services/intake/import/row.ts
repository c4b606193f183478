import type { Violation } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'

/** One row of an import, not validated yet. */
export interface ImportRow {
  /** From 1; the header of a CSV file and empty lines do not count. */
  readonly number: number
  /** Size in memory, in UTF-16 code units. */
  readonly size: number
  readonly content: RowContent
}

export type RowContent =
  /** `idempotency_key` and the fields of a lead, as received. */
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, unknown>> }
  /** The row is malformed; other rows are not affected. */
  | { readonly kind: 'unreadable'; readonly violation: Violation }

/** Splits text that arrives in arbitrary pieces into rows; yields rows as soon as they are complete. */
export type RowReader = (text: AsyncIterable<string>) => AsyncGenerator<ImportRow[]>

/** In UTF-16 code units. The largest lead has 20,618 code points, each up to 12 units as JSON: 247,416. */
export const MAX_ROW_SIZE = 256 * 1024

/** The error that ends an import whose next row boundary is ambiguous, or too far away to buffer. */
export function unreadableFrom(row: number, message: string) {
  return invalidRequest([{ path: `row ${row}`, message: `${message}; the import stops at this row` }])
}

export function tooLong(row: number) {
  return unreadableFrom(row, `must be at most ${MAX_ROW_SIZE} UTF-16 code units long`)
}
