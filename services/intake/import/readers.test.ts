import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readText } from './read-body.ts'
import { readCsv } from './read-csv.ts'
import { readNdjson } from './read-ndjson.ts'
import type { ImportRow, RowReader } from './row.ts'
import { MAX_ROW_SIZE } from './row.ts'

const COLUMNS = ['idempotency_key', 'email', 'phone', 'name', 'note', 'source']
const fieldsArbitrary = fc.dictionary(fc.constantFrom(...COLUMNS), fc.string({ unit: 'grapheme', minLength: 1 }), {
  minKeys: 1,
  noNullPrototype: true,
})

/**
 * Reads a body that arrives in pieces, cycling through the given lengths; returns the rows and the thrown error, if
 * any.
 */
async function read(reader: RowReader, body: string | Uint8Array, lengths = [Infinity]) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  async function* pieces() {
    for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
      const end = Math.min(bytes.length, start + (lengths[turn % lengths.length] ?? 1))
      yield bytes.subarray(start, end)
      start = end
    }
  }
  const rows: ImportRow[] = []
  try {
    for await (const more of reader(readText(pieces()))) rows.push(...more)
    return { rows, thrown: undefined }
  } catch (thrown) {
    return { rows, thrown }
  }
}

function fieldsOf({ rows }: { rows: ImportRow[] }) {
  return rows.map(({ content }) => (content.kind === 'fields' ? content.fields : content.violation.message))
}

function toCsv(rows: Record<string, string>[], lineEnd: string): string {
  const quoted = (field = '') => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
  return [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => quoted(row[name])))].map((r) => r.join(',')).join(lineEnd)
}

describe('the rows do not depend on how the bytes are split', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
  const rows = fc.array(fieldsArbitrary, { maxLength: 8 })

  test('NDJSON', async () => {
    await fc.assert(
      fc.asyncProperty(rows, lengths, fc.constantFrom('\n', '\r\n', '\n\n'), async (sent, cut, lineEnd) => {
        const body = `\ufeff${sent.map((row) => JSON.stringify(row)).join(lineEnd)}`
        const { rows: found, thrown } = await read(readNdjson, body, cut)
        expect(thrown).toBeUndefined()
        expect(fieldsOf({ rows: found })).toEqual(sent)
        expect(found.map(({ number }) => number)).toEqual(sent.map((_, index) => index + 1))
      }),
    )
  })

  test('CSV', async () => {
    await fc.assert(
      fc.asyncProperty(rows, lengths, fc.constantFrom('\n', '\r\n'), async (sent, cut, lineEnd) => {
        const { rows: found, thrown } = await read(readCsv, `\ufeff${toCsv(sent, lineEnd)}${lineEnd}`, cut)
        expect(thrown).toBeUndefined()
        expect(fieldsOf({ rows: found })).toEqual(sent)
        expect(found.map(({ number }) => number)).toEqual(sent.map((_, index) => index + 1))
      }),
    )
  })
})

describe('NDJSON', () => {
  test('a line that is not an object is one invalid row', async () => {
    const { rows } = await read(readNdjson, '{"note":"a"}\n{"note":\n[1]\nnull\n{"note":"b"}')
    const bad = 'must be a JSON object on one line'
    expect(fieldsOf({ rows })).toEqual([{ note: 'a' }, bad, bad, bad, { note: 'b' }])
  })

  test.each([[[Infinity]], [[1_000]]])(
    'a row that is too long ends the import after the rows before it (%j)',
    async (lengths) => {
      const long = JSON.stringify({ note: 'x'.repeat(MAX_ROW_SIZE) })
      const { rows, thrown } = await read(readNdjson, `{"note":"a"}\n{"note":"b"}\n${long}\n{"note":"c"}`, lengths)
      expect(fieldsOf({ rows })).toEqual([{ note: 'a' }, { note: 'b' }])
      expect(thrown).toMatchObject({ code: 'invalid_request', violations: [{ path: 'row 3' }] })
    },
  )

  test('a line without an end is rejected as soon as it is too long', async () => {
    let pieces = 0
    async function* endless() {
      for (; pieces < 1_000; pieces += 1) yield 'x'.repeat(10_000)
    }
    await expect(Readable.from(readNdjson(endless())).toArray()).rejects.toMatchObject({
      violations: [{ path: 'row 1' }],
    })
    expect(pieces).toBeLessThan(30)
  })
})

describe('CSV', () => {
  test('columns may be in any order; empty fields are omitted; a wrong number of fields makes one invalid row', async () => {
    const body = 'note,email\r\n"say ""hi"",\r\nplease",\r\n\r\nonly one\r\na,b@c.de,d\r\n"",b@c.de\r\nlast,b@c.de'
    expect(fieldsOf(await read(readCsv, body))).toEqual([
      { note: 'say "hi",\r\nplease' },
      'must have 2 fields, like the header; it has 1',
      'must have 2 fields, like the header; it has 3',
      { email: 'b@c.de' },
      { note: 'last', email: 'b@c.de' },
    ])
  })

  test.each(['notes,email', 'note,note', 'email,name', 'note,Email', 'note;email'])(
    'an invalid header ends the import: %s',
    async (header) => {
      const { rows, thrown } = await read(readCsv, `${header}\na,b\n`)
      expect(rows).toEqual([])
      expect(thrown).toMatchObject({ code: 'invalid_request', violations: [{ path: 'header' }] })
    },
  )

  test.each(['', '\n\r\n', '\ufeff'])('a body without a header (%j) is rejected', async (body) => {
    expect(await read(readCsv, body)).toMatchObject({
      rows: [],
      thrown: { code: 'invalid_request', violations: [{ path: 'header' }] },
    })
  })

  test.each([
    ['within a field', 'b,5" pipe\nc,d'],
    ['after a quoted field', 'b,"x"y\nc,d'],
    ['that is not closed', 'b,"x\nc,d'],
  ])('a quote %s ends the import after the rows before it', async (_where, rest) => {
    const { rows, thrown } = await read(readCsv, `email,note\na,b\n${rest}`)
    expect(fieldsOf({ rows })).toEqual([{ email: 'a', note: 'b' }])
    expect(thrown).toMatchObject({ code: 'invalid_request', violations: [{ path: 'row 2' }] })
  })

  test.each([[[Infinity]], [[1_000]]])(
    'a row that is too long ends the import after the rows before it (%j)',
    async (lengths) => {
      const { rows, thrown } = await read(readCsv, `note\na\n"${'x\n'.repeat(MAX_ROW_SIZE)}"\nb`, lengths)
      expect(fieldsOf({ rows })).toEqual([{ note: 'a' }])
      expect(thrown).toMatchObject({ violations: [{ path: 'row 2', message: expect.stringContaining('262144') }] })
    },
  )
})

test.each([
  ['within', [0x7b, 0xff, 0x7d]],
  ['cut off at the end', [0x7b, 0xd0]],
])('bytes that are not UTF-8 end the import: %s', async (_where, bytes) => {
  const { thrown } = await read(readNdjson, Uint8Array.from(bytes), [1])
  expect(thrown).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('UTF-8') })
})
