import { gzipSync } from 'node:zlib'
import { v5 as uuidv5 } from 'uuid'
import type { NewLead } from '../../../domain/lead.ts'
import type { Attack, Attacker, Fault, Making, Mutation } from '../attack.ts'
import { mutate, Oracle } from '../attack.ts'
import type { Expectation } from '../expectation.ts'
import { demand, expectNothingYet } from '../expectation.ts'
import { faultsOfAnswer, faultsOfProblem, parseJson } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { ANSWER_TIMEOUT_MS, describeCall, sendCall } from '../wire/http-call.ts'
import type { Answer } from '../wire/http1.ts'
import { openHttp1 } from '../wire/http1.ts'
import { hostileHeader } from './hostile-headers.ts'
import { notUtf8 } from './hostile-text.ts'
import { toJsonText, toObjectText } from './json-text.ts'
import type { LeadDraft } from './lead-draft.ts'
import { draftLead, expectedLead, FIELD_NAMES, LEAD_MUTATIONS } from './lead-draft.ts'

/** One row of an import: as text, and what must become of it. */
interface Row {
  text: string
  key: string
  /** Undefined when it must be told as invalid. */
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
  /** Whether reading ends at a fault: what stands before it may be stored, and the import fails. */
  fails: boolean
  delivery: 'whole' | 'cut off'
}

export const importAttacker: Attacker = { protocol: 'import', share: 6, make: makeImport }

function makeImport(making: Making): Attack {
  const { random, target, ledger, caseName } = making
  const isCsv = random.chance(0.5)
  const importKey = random.chance(0.3) ? making.key() : undefined
  const count = random.pick([0, 1, 1, 2, 5, 30])
  const rows = Array.from({ length: count }, (_, index) => makeRow(making, isCsv, index + 1, importKey))
  const draft: ImportDraft = {
    isCsv,
    rows,
    contentType: isCsv ? 'text/csv' : random.pick(['application/x-ndjson', 'application/jsonl']),
    lineEnd: random.pick(['\n', '\r\n']),
    header: isCsv ? ['idempotency_key', ...FIELD_NAMES].join(',') : '',
    headers: importKey === undefined ? [] : [['idempotency-key', importKey]],
    edits: [],
    fails: false,
    ...expectNothingYet(),
    delivery: 'whole',
  }
  mutate(draft, IMPORT_MUTATIONS, making, 0.25)
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
    what: `import of ${isCsv ? 'CSV' : 'NDJSON'}`,
    request: () => describeCall(call),
    run: async () => {
      for (const { key, lead } of rows) {
        if (lead && draft.demanded.size === 0) ledger.sendValid(caseName, key, lead)
        else ledger.sendInvalid(caseName, key)
      }
      if (draft.delivery === 'cut off') return cutOff(making, call)
      const answer = await sendCall(call)
      if ('oracle' in answer) return [answer]
      return faultsOfImport(making, draft, answer)
    },
  }
}

function makeRow(making: Making, isCsv: boolean, number: number, importKey: string | undefined): Row {
  const { random } = making
  const draft = draftLead(making)
  mutate(draft, LEAD_MUTATIONS, making, 0.7)
  if (isCsv && draft.fields.get('email') === '') draft.fields.set('email', 'plain') // an empty field is left out there
  const own = importKey === undefined || random.chance(0.5) ? making.key() : undefined
  const key = own ?? uuidv5(String(number), importKey as string)
  return { text: isCsv ? toCsvRow(draft, own, making) : toJsonRow(draft, own, making), key, lead: expectedLead(draft) }
}

function toJsonRow({ fields }: LeadDraft, key: string | undefined, { random }: Making): string {
  const members = [...fields].map(([name, value]) => ({ name, value: toJsonText(value, random) }))
  if (key !== undefined) members.push({ name: 'idempotency_key' as never, value: `"${key}"` })
  return toObjectText(random.shuffled(members), random).replaceAll(/\n */g, ' ')
}

function toCsvRow({ fields }: LeadDraft, key: string | undefined, { random }: Making): string {
  const field = (value: string) =>
    /["\r\n,]/.test(value) || random.chance(0.3) ? `"${value.replaceAll('"', '""')}"` : value
  return [key ?? '', ...FIELD_NAMES.map((name) => fields.get(name) ?? '')].map(field).join(',')
}

function faultsOfImport(making: Making, draft: ImportDraft, answer: Answer): Fault[] {
  const { rows, demanded, fails } = draft
  if (demanded.size > 0) return faultsOfAnswer(answer, demanded)
  if (answer.status !== 200) return faultsOfAnswer(answer, new Set(fails ? [422] : [200]))
  const lines = answer.body.toString('utf8').split('\n').filter(Boolean)
  const last = parseJson(Buffer.from(lines.at(-1) ?? ''))
  const fault = (oracle: Oracle, expected: string, got: string): Fault => ({ oracle, expected, got })
  if (fails) {
    const problem = last?.failed as { status?: number } | undefined
    if (problem === undefined) return [fault(Oracle.Answer, 'a last line that says failed', lines.at(-1) ?? 'nothing')]
    const headers = new Map([['content-type', 'application/problem+json']])
    const status = problem.status ?? 0
    return [
      ...faultsOfProblem({ status, headers, body: Buffer.from(JSON.stringify(problem)) }),
      ...(status === 422 || status === 503 ? [] : [fault(Oracle.Answer, 'a failure with status 422', String(status))]),
    ]
  }
  const done = last?.done as Record<string, number> | undefined
  if (done === undefined) return [fault(Oracle.Answer, 'a last line that says done', lines.at(-1) ?? 'nothing')]
  for (const { key, lead } of rows) if (lead) making.ledger.acknowledge(key)
  const stored = rows.filter(({ lead }) => lead !== undefined).length
  // a list whose commit was late is stored by one try and found by the next: then its rows are replays
  const told = { rows: done.rows, stored: Number(done.created) + Number(done.replayed), invalid: done.invalid }
  const wanted = { rows: rows.length, stored, invalid: rows.length - stored }
  const isSame = done.conflicts === 0 && JSON.stringify(told) === JSON.stringify(wanted)
  return isSame ? [] : [fault(Oracle.Kept, JSON.stringify(wanted), JSON.stringify(done))]
}

/** Sends the beginning of the rows and is gone. What came whole may be stored. */
async function cutOff({ random, target }: Making, { headers, body = Buffer.alloc(0) }: HttpCall): Promise<Fault[]> {
  const connection = openHttp1(target.services.intake.port)
  const lines = ['POST /leads:import HTTP/1.1', 'Host: a', ...headers.map(([name, value]) => `${name}: ${value}`)]
  connection.write(`${lines.join('\r\n')}\r\nContent-Length: ${body.length + 1_000}\r\n\r\n`)
  connection.write(body.subarray(0, random.integer(0, body.length)))
  const ends = random.chance(0.5)
  if (ends) connection.end()
  else await new Promise((resolve) => setTimeout(resolve, random.integer(0, 30)))
  const next = ends ? await connection.next({ timeoutMs: ANSWER_TIMEOUT_MS }) : 'closed'
  connection.destroy()
  if (next === 'timeout') return [{ oracle: Oracle.Time, expected: 'the connection to end', got: 'nothing' }]
  return []
}

const BIG = 'x'.repeat(300_000)
const reads = (draft: ImportDraft) => draft.demanded.size === 0 && !draft.fails

const IMPORT_MUTATIONS: readonly Mutation<ImportDraft>[] = [
  {
    name: 'hostile header',
    apply: (draft, making, random) => void draft.headers.push(hostileHeader(making, random)),
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
    name: 'row that is none',
    apply: (draft, making, random) => {
      const token = making.token()
      const text = draft.isCsv
        ? `${token},${token}`
        : random.pick(['{', token, '[]', '"a"', `{"note":${token}}`, 'null', '{"note":"a"}}'])
      draft.rows.push({ text, key: making.key(), lead: undefined })
    },
  },
  {
    name: 'field of a wrong type',
    apply: (draft, making, random) => {
      if (draft.isCsv) return false
      const key = making.key()
      const value = random.pick(['1', '{}', '[]', 'true', 'null'])
      draft.rows.push({ text: `{"idempotency_key":"${key}","note":${value}}`, key, lead: undefined })
    },
  },
  {
    name: 'unknown field',
    apply: (draft, making, random) => {
      if (draft.isCsv) return false
      const key = making.key()
      const name = random.pick(['emial', '__proto__', 'id', making.token()])
      draft.rows.push({ text: `{"idempotency_key":"${key}","note":"a","${name}":"b"}`, key, lead: undefined })
    },
  },
  {
    name: 'key that is none',
    apply: (draft, making) => {
      const token = making.token()
      const text = draft.isCsv ? `${token},,,,a note,` : `{"idempotency_key":"${token}","note":"a note"}`
      draft.rows.push({ text, key: making.key(), lead: undefined })
    },
  },
  {
    name: 'invalid UTF-8',
    apply: (draft, making, random) => {
      if (!reads(draft)) return false
      const bad = notUtf8(random)
      const token = making.token()
      draft.edits.push((body) => Buffer.concat([body, Buffer.from(`\n${token}`), bad, Buffer.from(' \n')]))
      draft.fails = true
    },
  },
  {
    name: 'row without an end',
    apply: (draft, making) => {
      if (!reads(draft)) return false
      const token = making.token()
      draft.edits.push((body) => Buffer.concat([body, Buffer.from(`\n"${token}${BIG}`)]))
      draft.fails = true
    },
  },
  {
    name: 'wrong quotes',
    apply: (draft, making) => {
      if (!draft.isCsv || !reads(draft)) return false
      const token = making.token()
      draft.edits.push((body) => Buffer.concat([body, Buffer.from(`\n,,,,"${token}" ${token},\n`)]))
      draft.fails = true
    },
  },
  {
    name: 'header that is none',
    apply: (draft, making, random) => {
      if (!draft.isCsv) return false
      draft.header = random.pick([
        making.token(),
        'note,note',
        'email,name',
        ' ',
        `note,${making.token()}`,
        'NOTE',
        '"note',
      ])
      demand(draft, 422)
    },
  },
  {
    name: 'wrong content type',
    apply: (draft, making, random) => {
      draft.contentType = random.pick([
        undefined,
        'application/json',
        'text/plain',
        making.token(),
        'text/csv2',
        'multipart/form-data',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'foreign charset',
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
    name: 'key in the header that is none',
    apply: (draft, making) => {
      if (draft.headers.some(([name]) => name === 'idempotency-key')) return false
      draft.headers.push(['idempotency-key', making.token()])
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
