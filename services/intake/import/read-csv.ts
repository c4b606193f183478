import { finished } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import type { AppError } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'
import type { ImportRow, RowContent, RowReader } from './row.ts'
import { MAX_ROW_SIZE, tooLong, unreadableFrom } from './row.ts'

const COLUMNS = ['idempotency_key', 'email', 'phone', 'name', 'note', 'source']

/** CSV (RFC 4180) with a header line that names the columns, in any order. Empty fields are omitted. */
export const readCsv: RowReader = async function* (text) {
  let columns: readonly string[] | undefined
  let number = 0
  let rows: ImportRow[] = []
  const onRecord = (record: string[]) => {
    if (columns === undefined) columns = parseHeader(record)
    else rows.push(toRow(columns, ++number, record))
    return null // keeps the parser from buffering the row
  }
  const parser = parse({
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true, // toContent reports such a row as invalid
    skip_empty_lines: true,
    max_record_size: MAX_ROW_SIZE,
    on_record: onRecord,
  })
  let failure: unknown
  parser.on('error', (error) => {
    failure ??= error
  })
  for await (const piece of text) {
    parser.write(piece) // calls onRecord for every complete row, except one whose line break ends the piece
    yield rows
    rows = []
    failure ??= parser.errored ?? undefined
    if (failure !== undefined) throw toFault(failure, number + 1)
  }
  await finished(parser.end().resume()).catch((error: unknown) => {
    failure = error
  })
  yield rows
  if (failure !== undefined) throw toFault(failure, number + 1)
  if (columns === undefined) throw invalidHeader()
}

function parseHeader(names: readonly string[]): readonly string[] {
  const wrong = names.find((name, index) => !COLUMNS.includes(name) || names.indexOf(name) !== index)
  if (wrong === undefined && names.includes('note')) return names
  throw invalidHeader()
}

function invalidHeader(): AppError {
  const message = `must name the columns, each once, out of ${COLUMNS.join(', ')}; the column note is required`
  return invalidRequest([{ path: 'header', message }])
}

function toRow(columns: readonly string[], number: number, record: readonly string[]): ImportRow {
  const size = record.reduce((sum, field) => sum + field.length, 0)
  return { number, size, content: toContent(columns, record) }
}

function toContent(columns: readonly string[], record: readonly string[]): RowContent {
  if (record.length !== columns.length) {
    const message = `must have ${columns.length} fields, like the header; it has ${record.length}`
    return { kind: 'unreadable', violation: { path: '', message } }
  }
  const fields: Record<string, string> = {}
  for (const [index, name] of columns.entries()) {
    const field = record[index]
    if (field) fields[name] = field
  }
  return { kind: 'fields', fields }
}

/** After a misplaced quote the start of the next row is ambiguous, and guessing could store wrong data. */
function toFault(error: unknown, row: number): unknown {
  if (!(error instanceof CsvError)) return error
  return error.code === 'CSV_MAX_RECORD_SIZE'
    ? tooLong(row)
    : unreadableFrom(row, 'has a misplaced quote: a field with quotes must be quoted, with each inner quote doubled')
}
