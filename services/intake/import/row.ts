import type { Violation } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'

/** One row of an import, read but not yet looked at. */
export interface ImportRow {
  /** From 1; the header of a CSV file and empty lines do not count. */
  readonly number: number
  /** In UTF-16 code units: what it takes to keep the row. */
  readonly size: number
  readonly content: RowContent
}

export type RowContent =
  /** `idempotency_key` and the fields of a lead side by side, as they came. */
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, unknown>> }
  /** It has no such form; its neighbours may be well. */
  | { readonly kind: 'unreadable'; readonly violation: Violation }

/** Turns text, cut anywhere, into rows; gives those that are complete as soon as their end has come. */
export type RowReader = (text: AsyncIterable<string>) => AsyncGenerator<ImportRow[]>

/** In UTF-16 code units. The largest lead has 20,618 code points, each up to twelve as JSON: 247,416. */
export const MAX_ROW_SIZE = 256 * 1024

/** The end of an import: where a row ends can no longer be told, or telling would take the process's memory. */
export function unreadableFrom(row: number, message: string) {
  return invalidRequest([{ path: `row ${row}`, message: `${message}; nothing was read from there on` }])
}

export function tooLong(row: number) {
  return unreadableFrom(row, `must be at most ${MAX_ROW_SIZE} UTF-16 code units long`)
}
