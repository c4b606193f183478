import { gzipSync } from 'node:zlib'
import { v5 as uuidv5 } from 'uuid'
import type { NewLead } from '../../../domain/lead.ts'
import type { CaseContext, Expectation, Fuzzer, Mutation, TestCase, Violation } from '../fuzzer.ts'
import { demand, mutate, noExpectation, Oracle } from '../fuzzer.ts'
import { checkProblem, checkResponse, parseJson } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, RESPONSE_TIMEOUT_MS, sendCall } from '../wire/http-call.ts'
import type { HttpResponse } from '../wire/http1.ts'
import { openHttp1 } from '../wire/http1.ts'
import { hostileHeader } from './hostile-headers.ts'
import { notUtf8 } from './hostile-text.ts'
import { toJsonText, toObjectText } from './json-text.ts'
import type { LeadDraft } from './lead-draft.ts'
import { draftLead, expectedLead, FIELD_NAMES, LEAD_MUTATIONS } from './lead-draft.ts'

/** One row of an import. */
interface Row {
  text: string
  key: string
  /** As it must be stored; undefined if the row is invalid. */
  lead: NewLead | undefined
}

interface ImportDraft extends Expectation {
  readonly isCsv: boolean
  readonly rows: Row[]
  contentType: string | undefined
  lineEnd: string
  header: string
  readonly headers: [string, string][]
  readonly edits: ((body: Buffer) => Buffer)[]
  /** Whether the import fails at a row. Rows before it may be stored. */
  fails: boolean
  delivery: 'whole' | 'cut off'
}

export const importFuzzer: Fuzzer = { protocol: 'import', weight: 6, generate: generateImport }

function generateImport(context: CaseContext): TestCase {
  const { random, target, ledger, caseName } = context
  const isCsv = random.chance(0.5)
  const importKey = random.chance(0.3) ? context.key() : undefined
  const count = random.pick([0, 1, 1, 2, 5, 30])
  const rows = Array.from({ length: count }, (_, index) => generateRow(context, isCsv, index + 1, importKey))
  const draft: ImportDraft = {
    isCsv,
    rows,
    contentType: isCsv ? 'text/csv' : random.pick(['application/x-ndjson', 'application/jsonl']),
    lineEnd: random.pick(['\n', '\r\n']),
    header: isCsv ? ['idempotency_key', ...FIELD_NAMES].join(',') : '',
    headers: importKey === undefined ? [] : [['idempotency-key', importKey]],
    edits: [],
    fails: false,
    ...noExpectation(),
    delivery: 'whole',
  }
  mutate(draft, IMPORT_MUTATIONS, context, 0.25)
  const lines = [...(isCsv ? [draft.header] : []), ...rows.map(({ text }) => text)]
  const body = draft.edits.reduce<Buffer>((bytes, edit) => edit(bytes), Buffer.from(lines.join(draft.lineEnd)))
  const call: HttpCall = {
    method: 'POST',
    url: `${target.services.intake.url}/leads:import`,
    headers: [
      ...(draft.contentType === undefined ? [] : [['content-type', draft.contentType] as [string, string]]),
      ...draft.headers,
    ],
    body,
  }
  return {
    summary: `import of ${isCsv ? 'CSV' : 'NDJSON'}`,
    request: () => describeCall(call),
    run: async () => {
      for (const { key, lead } of rows) {
        if (lead && draft.demanded.size === 0) ledger.recordValid(caseName, key, lead)
        else ledger.recordInvalid(caseName, key)
      }
      if (draft.delivery === 'cut off') return cutOff(context, call)
      const response = await sendCall(call)
      if ('oracle' in response) return [response]
      return checkImport(context, draft, response)
    },
  }
}

function generateRow(context: CaseContext, isCsv: boolean, number: number, importKey: string | undefined): Row {
  const { random } = context
  const draft = draftLead(context)
  mutate(draft, LEAD_MUTATIONS, context, 0.7)
  // in CSV an empty email means no email, so use another invalid one
  if (isCsv && draft.fields.get('email') === '') draft.fields.set('email', 'plain')
  const own = importKey === undefined || random.chance(0.5) ? context.key() : undefined
  const key = own ?? uuidv5(String(number), importKey as string)
  return {
    text: isCsv ? toCsvRow(draft, own, context) : toJsonRow(draft, own, context),
    key,
    lead: expectedLead(draft),
  }
}

function toJsonRow({ fields }: LeadDraft, key: string | undefined, { random }: CaseContext): string {
  const members = [...fields].map(([name, value]) => ({ name, value: toJsonText(value, random) }))
  if (key !== undefined) members.push({ name: 'idempotency_key' as never, value: `"${key}"` })
  return toObjectText(random.shuffled(members), random).replaceAll(/\n */g, ' ')
}

function toCsvRow({ fields }: LeadDraft, key: string | undefined, { random }: CaseContext): string {
  const field = (value: string) =>
    /["\r\n,]/.test(value) || random.chance(0.3) ? `"${value.replaceAll('"', '""')}"` : value
  return [key ?? '', ...FIELD_NAMES.map((name) => fields.get(name) ?? '')].map(field).join(',')
}

function checkImport(context: CaseContext, draft: ImportDraft, response: HttpResponse): Violation[] {
  const { rows, demanded, fails } = draft
  if (demanded.size > 0) return checkResponse(response, demanded)
  if (response.status !== 200) return checkResponse(response, new Set(fails ? [422] : [200]))
  const lines = response.body.toString('utf8').split('\n').filter(Boolean)
  const last = parseJson(Buffer.from(lines.at(-1) ?? ''))
  const violation = (oracle: Oracle, expected: string, got: string): Violation => ({ oracle, expected, got })
  if (fails) {
    const problem = last?.failed as { status?: number } | undefined
    if (problem === undefined) return [violation(Oracle.Status, 'a last line with "failed"', lines.at(-1) ?? 'nothing')]
    const headers = new Map([['content-type', 'application/problem+json']])
    const status = problem.status ?? 0
    return [
      ...checkProblem({ status, headers, body: Buffer.from(JSON.stringify(problem)) }),
      ...(status === 422 || status === 503
        ? []
        : [violation(Oracle.Status, 'a failure with status 422', String(status))]),
    ]
  }
  const done = last?.done as Record<string, number> | undefined
  if (done === undefined) return [violation(Oracle.Status, 'a last line with "done"', lines.at(-1) ?? 'nothing')]
  for (const { key, lead } of rows) if (lead) context.ledger.acknowledge(key)
  const stored = rows.filter(({ lead }) => lead !== undefined).length
  // rows are replays if their transaction committed, but too late, and was retried
  const actual = { rows: done.rows, stored: Number(done.created) + Number(done.replayed), invalid: done.invalid }
  const expected = { rows: rows.length, stored, invalid: rows.length - stored }
  const isSame = done.conflicts === 0 && JSON.stringify(actual) === JSON.stringify(expected)
  return isSame ? [] : [violation(Oracle.Stored, JSON.stringify(expected), JSON.stringify(done))]
}

/** Sends part of the body and disconnects. Complete rows may be stored. */
async function cutOff(
  { random, target }: CaseContext,
  { headers, body = Buffer.alloc(0) }: HttpCall,
): Promise<Violation[]> {
  const connection = openHttp1(target.services.intake.port)
  const lines = ['POST /leads:import HTTP/1.1', 'Host: a', ...headers.map(([name, value]) => `${name}: ${value}`)]
  connection.write(`${lines.join('\r\n')}\r\nContent-Length: ${body.length + 1_000}\r\n\r\n`)
  connection.write(body.subarray(0, random.integer(0, body.length)))
  const ends = random.chance(0.5)
  if (ends) connection.end()
  else await new Promise((resolve) => setTimeout(resolve, random.integer(0, 30)))
  const next = ends ? await connection.next({ timeoutMs: RESPONSE_TIMEOUT_MS }) : 'closed'
  connection.destroy()
  if (next === 'timeout') return [{ oracle: Oracle.Timeout, expected: 'the connection to be closed', got: 'nothing' }]
  return []
}

const BIG = 'x'.repeat(300_000)
const isReadToEnd = (draft: ImportDraft) => draft.demanded.size === 0 && !draft.fails

const IMPORT_MUTATIONS: readonly Mutation<ImportDraft>[] = [
  {
    name: 'hostile header',
    apply: (draft, context, random) => void draft.headers.push(hostileHeader(context, random)),
  },
  {
    name: 'byte order mark',
    apply: (draft) => {
      if (draft.edits.length > 0) return false
      draft.edits.push((body) => Buffer.concat([Buffer.from('\ufeff'), body]))
    },
  },
  {
    name: 'empty lines',
    apply: (draft, _making, random) => {
      if (draft.edits.length > 0) return false
      draft.edits.push((body) => Buffer.concat([body, Buffer.from(random.pick(['\n', '\n\n\n', '\r\n\r\n']))]))
    },
  },
  {
    name: 'malformed row',
    apply: (draft, context, random) => {
      const token = context.token()
      const text = draft.isCsv
        ? `${token},${token}`
        : random.pick(['{', token, '[]', '"a"', `{"note":${token}}`, 'null', '{"note":"a"}}'])
      draft.rows.push({ text, key: context.key(), lead: undefined })
    },
  },
  {
    name: 'field of the wrong type',
    apply: (draft, context, random) => {
      if (draft.isCsv) return false
      const key = context.key()
      const value = random.pick(['1', '{}', '[]', 'true', 'null'])
      draft.rows.push({ text: `{"idempotency_key":"${key}","note":${value}}`, key, lead: undefined })
    },
  },
  {
    name: 'unknown field',
    apply: (draft, context, random) => {
      if (draft.isCsv) return false
      const key = context.key()
      const name = random.pick(['emial', '__proto__', 'id', context.token()])
      draft.rows.push({ text: `{"idempotency_key":"${key}","note":"a","${name}":"b"}`, key, lead: undefined })
    },
  },
  {
    name: 'invalid key',
    apply: (draft, context) => {
      const token = context.token()
      const text = draft.isCsv ? `${token},,,,a note,` : `{"idempotency_key":"${token}","note":"a note"}`
      draft.rows.push({ text, key: context.key(), lead: undefined })
    },
  },
  {
    name: 'invalid UTF-8',
    apply: (draft, context, random) => {
      if (!isReadToEnd(draft)) return false
      const bad = notUtf8(random)
      const token = context.token()
      draft.edits.push((body) => Buffer.concat([body, Buffer.from(`\n${token}`), bad, Buffer.from(' \n')]))
      draft.fails = true
    },
  },
  {
    name: 'unterminated row',
    apply: (draft, context) => {
      if (!isReadToEnd(draft)) return false
      const token = context.token()
      draft.edits.push((body) => Buffer.concat([body, Buffer.from(`\n"${token}${BIG}`)]))
      draft.fails = true
    },
  },
  {
    name: 'misplaced quotes',
    apply: (draft, context) => {
      if (!draft.isCsv || !isReadToEnd(draft)) return false
      const token = context.token()
      draft.edits.push((body) => Buffer.concat([body, Buffer.from(`\n,,,,"${token}" ${token},\n`)]))
      draft.fails = true
    },
  },
  {
    name: 'invalid CSV header',
    apply: (draft, context, random) => {
      if (!draft.isCsv) return false
      draft.header = random.pick([
        context.token(),
        'note,note',
        'email,name',
        ' ',
        `note,${context.token()}`,
        'NOTE',
        '"note',
      ])
      demand(draft, 422)
    },
  },
  {
    name: 'wrong content type',
    apply: (draft, context, random) => {
      draft.contentType = random.pick([
        undefined,
        'application/json',
        'text/plain',
        context.token(),
        'text/csv2',
        'multipart/form-data',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'unsupported charset',
    apply: (draft, _making, random) => {
      if (draft.contentType === undefined || draft.demanded.size > 0) return false
      draft.contentType = `${draft.contentType}; charset=${random.pick(['iso-8859-1', 'utf-16', 'windows-1252'])}`
      demand(draft, 415)
    },
  },
  {
    name: 'compressed',
    apply: (draft) => {
      draft.headers.push(['content-encoding', 'gzip'])
      draft.edits.push((body) => gzipSync(body))
      demand(draft, 415)
    },
  },
  {
    name: 'invalid Idempotency-Key',
    apply: (draft, context) => {
      if (draft.headers.some(([name]) => name === 'idempotency-key')) return false
      draft.headers.push(['idempotency-key', context.token()])
      demand(draft, 422)
    },
  },
  {
    name: 'cut off',
    apply: (draft) => {
      draft.delivery = 'cut off'
    },
  },
]
