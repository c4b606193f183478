import type { NewLead } from '../../../domain/lead.ts'
import type { Attack, Attacker, Fault, Making } from '../attack.ts'
import { mutate, Oracle } from '../attack.ts'
import type { Expectation } from '../expectation.ts'
import { allowedOutcomes, expectNothingYet } from '../expectation.ts'
import { faultsOfAnswer, parseJson } from '../oracles/problem.ts'
import { ANSWER_TIMEOUT_MS, describeBytes } from '../wire/http-call.ts'
import type { Answer, Http1Connection, Next } from '../wire/http1.ts'
import { openHttp1 } from '../wire/http1.ts'
import { draftLead, expectedLead } from './lead-draft.ts'
import { RAW_MUTATIONS } from './raw-http-mutations.ts'
import { faultsOfLead } from './rest-leads.ts'

/** A request over a bare socket on its way: every byte of it can be changed. */
export interface RawDraft extends Expectation {
  method: string
  path: string
  version: string
  /** Without their line ends. */
  readonly headers: string[]
  lineEnd: string
  readonly json: Buffer
  /** What tells where the body ends, as headers, and the body accordingly. */
  framing: { readonly headers: readonly string[]; readonly body: Buffer }
  /** Instead of all of the above. */
  garbage: Buffer | undefined
  /** Sent behind it at once. */
  behind: Buffer
  delivery: 'whole' | 'pieces' | 'cut and ended' | 'cut and reset' | 'slow head' | 'slow body'
  readonly expected: Set<number>
  /** Whether the connection may be closed without an answer. */
  mayClose: boolean
  readonly key: string
  readonly isLead: boolean
}

/** After the time for the head of a request (10 s) or for all of it (30 s), with what Node's looking for it takes. */
const SLOW_TIMEOUT_MS = { 'slow head': 20_000, 'slow body': 45_000 } as const

export const rawHttpAttacker: Attacker = { protocol: 'rawhttp', share: 16, make: makeRawHttp }

function makeRawHttp(making: Making): Attack {
  const { random, target, ledger, caseName } = making
  const lead = draftLead(making)
  const isLead = random.chance(0.7)
  const draft = isLead ? leadRequest(making, expectedLead(lead) as NewLead) : readRequest(making)
  mutate(draft, RAW_MUTATIONS, making, 0.08)
  const bytes = draft.garbage ?? toBytes(draft)
  const mayStore = draft.demanded.size === 0 && isLead
  const service = isLead ? 'intake' : random.pick(['intake', 'triage', 'insights'] as const)
  return {
    what: draft.garbage ? 'garbage' : `${draft.method.slice(0, 20)} over a socket`,
    request: () => `${draft.delivery}: ${describeBytes(Buffer.concat([bytes, draft.behind]))}`,
    run: async () => {
      if (mayStore) ledger.sendValid(caseName, draft.key, expectedLead(lead) as NewLead)
      else ledger.sendInvalid(caseName, draft.key)
      const connection = openHttp1(target.services[service].port)
      try {
        return await deliver(connection, draft, bytes, making, (answer) => {
          if (answer.status !== 201 || !mayStore) return []
          ledger.acknowledge(draft.key)
          return faultsOfLead(parseJson(answer.body), expectedLead(lead) as NewLead)
        })
      } finally {
        connection.destroy()
      }
    },
  }
}

function leadRequest(making: Making, lead: NewLead): RawDraft {
  const json = Buffer.from(JSON.stringify(lead))
  const key = making.key()
  return {
    ...requestBase(json, key),
    method: 'POST',
    path: making.random.pick(['/leads/', '/leads']),
    headers: ['Host: 127.0.0.1', 'Content-Type: application/json', `Idempotency-Key: ${key}`],
    framing: { headers: [`Content-Length: ${json.length}`], body: json },
    expected: new Set([201]),
    isLead: true,
  }
}

function readRequest(making: Making): RawDraft {
  return {
    ...requestBase(Buffer.alloc(0), making.key()),
    method: 'GET',
    path: making.random.pick(['/healthz', '/openapi.json', `/${making.token()}`]),
    headers: ['Host: 127.0.0.1', `X-Anything: ${making.token()}`],
    framing: { headers: [], body: Buffer.alloc(0) },
    expected: new Set([200, 404]),
    isLead: false,
  }
}

function requestBase(json: Buffer, key: string) {
  return {
    json,
    key,
    version: 'HTTP/1.1',
    lineEnd: '\r\n',
    garbage: undefined,
    behind: Buffer.alloc(0),
    delivery: 'whole' as const,
    ...expectNothingYet(),
    mayClose: false,
  }
}

function toBytes({ method, path, version, headers, lineEnd, framing }: RawDraft): Buffer {
  const lines = [`${method} ${path}${version === '' ? '' : ` ${version}`}`, ...headers, ...framing.headers]
  return Buffer.concat([Buffer.from(`${lines.join(lineEnd)}${lineEnd}${lineEnd}`, 'latin1'), framing.body])
}

async function deliver(
  connection: Http1Connection,
  draft: RawDraft,
  bytes: Buffer,
  { random }: Making,
  faultsOfSuccess: (answer: Answer) => Fault[],
): Promise<Fault[]> {
  const { delivery, expected } = draft
  const allowed = allowedOutcomes(draft, expected)
  const isHead = draft.method === 'HEAD'
  await send(connection, delivery, Buffer.concat([bytes, draft.behind]), random)
  if (delivery === 'cut and reset') return []
  const cut = delivery !== 'whole' && delivery !== 'pieces'
  const timeoutMs = delivery in SLOW_TIMEOUT_MS ? SLOW_TIMEOUT_MS[delivery as 'slow head'] : ANSWER_TIMEOUT_MS
  const answer = await connection.next({ timeoutMs, toHead: isHead })
  if (typeof answer === 'string' || 'malformed' in answer) {
    return answer === 'closed' && (draft.mayClose || cut) ? [] : [faultOfNext(answer, timeoutMs)]
  }
  if (cut) for (const status of [400, 408, 422, 499]) allowed.add(status)
  return [
    ...faultsOfAnswer(answer, allowed, isHead),
    ...faultsOfSuccess(answer),
    ...(cut || draft.behind.length > 0 ? [] : await faultsOfConnection(connection, answer, draft)),
  ]
}

async function send(
  connection: Http1Connection,
  delivery: RawDraft['delivery'],
  bytes: Buffer,
  random: Making['random'],
) {
  const cutAt = random.integer(1, Math.max(1, bytes.length - 1))
  if (delivery === 'whole') connection.write(bytes)
  else if (delivery === 'pieces') {
    for (let at = 0; at < bytes.length; ) {
      const to = at + random.integer(1, Math.max(1, Math.ceil(bytes.length / 4)))
      connection.write(bytes.subarray(at, to))
      await new Promise((resolve) => setImmediate(resolve))
      at = to
    }
  } else if (delivery === 'slow head') connection.write('POST /leads/ HTTP/1.1\r\nHost: a\r\nX-Slow: ')
  else if (delivery === 'slow body') connection.write(bytes.subarray(0, -1))
  else {
    connection.write(bytes.subarray(0, cutAt))
    if (delivery === 'cut and ended') connection.end()
    else await new Promise((resolve) => setTimeout(resolve, random.integer(0, 20)))
    if (delivery === 'cut and reset') connection.destroy()
  }
}

function faultOfNext(next: Exclude<Next, Answer>, timeoutMs: number): Fault {
  if (next === 'timeout') return { oracle: Oracle.Time, expected: `an answer within ${timeoutMs} ms`, got: 'none' }
  if (next === 'closed') return { oracle: Oracle.Answer, expected: 'an answer', got: 'closed without one' }
  return { oracle: Oracle.Form, expected: 'an answer in HTTP/1.1', got: next.malformed }
}

const PROBE = 'GET /healthz HTTP/1.1\r\nHost: probe\r\n\r\n'

/** Either the connection is announced to close, and does; or it serves another request. */
async function faultsOfConnection(connection: Http1Connection, answer: Answer, draft: RawDraft): Promise<Fault[]> {
  const fault = (expected: string, got: string): Fault[] => [{ oracle: Oracle.Connection, expected, got }]
  const closes = answer.headers.get('connection')?.toLowerCase() === 'close'
  if (!closes) connection.write(PROBE)
  const next = await connection.next({ timeoutMs: ANSWER_TIMEOUT_MS })
  if (next === 'closed') return []
  if (closes) return fault('the connection to be closed as announced', typeof next === 'string' ? next : 'more bytes')
  if (typeof next === 'string') return fault('200 for the next request', next)
  if ('malformed' in next) return fault('200 for the next request', next.malformed)
  // what was left over of a request that lied about its length is no request
  if (next.status === 400 && draft.demanded.size > 0 && next.headers.get('connection') === 'close') return []
  return next.status === 200 ? [] : fault('200 for the next request', String(next.status))
}
