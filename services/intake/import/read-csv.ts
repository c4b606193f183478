import { finished } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import type { AppError } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'
import type { ImportRow, RowContent, RowReader } from './row.ts'
import { MAX_ROW_SIZE, tooLong, unreadableFrom } from './row.ts'

const COLUMNS = ['idempotency_key', 'email', 'phone', 'name', 'note', 'source']

/** CSV as RFC 4180 has it, with a header line that names the columns, in any order; an empty field is left out. */
export const readCsv: RowReader = async function* (text) {
  let columns: readonly string[] | undefined
  let number = 0
  let rows: ImportRow[] = []
  const onRecord = (record: string[]) => {
    if (columns === undefined) columns = parseHeader(record)
    else rows.push(toRow(columns, ++number, record))
    return null // so the parser keeps no rows of its own
  }
  const parser = parse({
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true, // such a row is one that is not valid, see toRow
    skip_empty_lines: true,
    max_record_size: MAX_ROW_SIZE,
    on_record: onRecord,
  })
  let failure: unknown
  parser.on('error', (error) => {
    failure ??= error
  })
  for await (const piece of text) {
    parser.write(piece) // calls onRecord for every row that ends in it, but for one whose line end are its last bytes
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
  const message = `must name each of its columns once, among ${COLUMNS.join(', ')}; there must be a note`
  return invalidRequest([{ path: 'header', message }])
}

function toRow(columns: readonly string[], number: number, record: readonly string[]): ImportRow {
  const size = record.reduce((sum, field) => sum + field.length, 0)
  return { number, size, content: toContent(columns, record) }
}

function toContent(columns: readonly string[], record: readonly string[]): RowContent {
  if (record.length !== columns.length) {
    const message = `must have ${columns.length} fields, as the header has; it has ${record.length}`
    return { kind: 'unreadable', violation: { path: '', message } }
  }
  const fields: Record<string, string> = {}
  for (const [index, name] of columns.entries()) {
    const field = record[index]
    if (field) fields[name] = field
  }
  return { kind: 'fields', fields }
}

/** After a wrong quote nobody knows where the next row begins: to guess could store what nobody wrote. */
function toFault(error: unknown, row: number): unknown {
  if (!(error instanceof CsvError)) return error
  return error.code === 'CSV_MAX_RECORD_SIZE'
    ? tooLong(row)
    : unreadableFrom(
        row,
        'has a quote where none may be: a field with quotes in it stands in quotes, each of its own doubled',
      )
}
