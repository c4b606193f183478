import type { ImportRow, RowContent, RowReader } from './row.ts'
import { MAX_ROW_SIZE, tooLong } from './row.ts'

/** Newline-delimited JSON: one object per line, with `idempotency_key` and the fields of a lead. */
export const readNdjson: RowReader = async function* (text) {
  let number = 0
  let rest = ''
  for await (const piece of text) {
    const lines = piece.split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    const rows: ImportRow[] = []
    for (const line of lines) {
      if (isBlank(line)) continue
      number += 1
      if (line.length > MAX_ROW_SIZE) {
        yield rows
        throw tooLong(number)
      }
      rows.push(toRow(number, line))
    }
    yield rows
    if (rest.length > MAX_ROW_SIZE) throw tooLong(number + 1)
  }
  if (!isBlank(rest)) yield [toRow(number + 1, rest)]
}

function toRow(number: number, line: string): ImportRow {
  return { number, size: line.length, content: parseLine(line) }
}

function parseLine(line: string): RowContent {
  const violation = { path: '', message: 'must be a JSON object on one line' }
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? { kind: 'fields', fields: value } : { kind: 'unreadable', violation }
  } catch {
    return { kind: 'unreadable', violation }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isBlank(line: string): boolean {
  return line.length < 100 && line.trim() === '' // bounds the cost; longer runs of white space are invalid rows
}
