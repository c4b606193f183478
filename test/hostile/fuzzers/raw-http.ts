import type { NewLead } from '../../../domain/lead.ts'
import type { CaseContext, Expectation, Fuzzer, TestCase, Violation } from '../fuzzer.ts'
import { allowedOutcomes, mutate, noExpectation, Oracle } from '../fuzzer.ts'
import { checkResponse, parseJson } from '../oracles/problem.ts'
import { describeBytes, RESPONSE_TIMEOUT_MS } from '../wire/http-call.ts'
import type { Http1Connection, HttpResponse, NextResponse } from '../wire/http1.ts'
import { openHttp1 } from '../wire/http1.ts'
import { draftLead, expectedLead } from './lead-draft.ts'
import { RAW_MUTATIONS } from './raw-http-mutations.ts'
import { checkLead } from './rest-leads.ts'

/** A request sent over a plain socket, so that every byte of it can be changed. */
export interface RawDraft extends Expectation {
  method: string
  path: string
  version: string
  /** Without line ends. */
  readonly headers: string[]
  lineEnd: string
  readonly json: Buffer
  /** The headers that determine where the body ends, and the body encoded accordingly. */
  framing: { readonly headers: readonly string[]; readonly body: Buffer }
  /** Sent instead of all of the above. */
  garbage: Buffer | undefined
  /** Further requests, sent without waiting for the response. */
  pipelined: Buffer
  delivery: 'whole' | 'pieces' | 'cut and ended' | 'cut and reset' | 'slow head' | 'slow body'
  readonly expected: Set<number>
  /** Whether the server may close the connection without a response. */
  mayClose: boolean
  readonly key: string
  readonly isLead: boolean
}

/** The server's timeout for the head of a request (10 s) or the whole of it (30 s), plus Node's check interval. */
const SLOW_TIMEOUT_MS = { 'slow head': 20_000, 'slow body': 45_000 } as const

export const rawHttpFuzzer: Fuzzer = { protocol: 'rawhttp', weight: 16, generate: generateRawHttp }

function generateRawHttp(context: CaseContext): TestCase {
  const { random, target, ledger, caseName } = context
  const lead = draftLead(context)
  const isLead = random.chance(0.7)
  const draft = isLead ? leadRequest(context, expectedLead(lead) as NewLead) : readRequest(context)
  mutate(draft, RAW_MUTATIONS, context, 0.08)
  const bytes = draft.garbage ?? toBytes(draft)
  const mayStore = draft.demanded.size === 0 && isLead
  const service = isLead ? 'intake' : random.pick(['intake', 'triage', 'insights'] as const)
  return {
    summary: draft.garbage ? 'garbage' : `${draft.method.slice(0, 20)} over a socket`,
    request: () => `${draft.delivery}: ${describeBytes(Buffer.concat([bytes, draft.pipelined]))}`,
    run: async () => {
      if (mayStore) ledger.recordValid(caseName, draft.key, expectedLead(lead) as NewLead)
      else ledger.recordInvalid(caseName, draft.key)
      const connection = openHttp1(target.services[service].port)
      try {
        return await deliver(connection, draft, bytes, context, (response) => {
          if (response.status !== 201 || !mayStore) return []
          ledger.acknowledge(draft.key)
          return checkLead(parseJson(response.body), expectedLead(lead) as NewLead)
        })
      } finally {
        connection.destroy()
      }
    },
  }
}

function leadRequest(context: CaseContext, lead: NewLead): RawDraft {
  const json = Buffer.from(JSON.stringify(lead))
  const key = context.key()
  return {
    ...requestBase(json, key),
    method: 'POST',
    path: context.random.pick(['/leads/', '/leads']),
    headers: ['Host: 127.0.0.1', 'Content-Type: application/json', `Idempotency-Key: ${key}`],
    framing: { headers: [`Content-Length: ${json.length}`], body: json },
    expected: new Set([201]),
    isLead: true,
  }
}

function readRequest(context: CaseContext): RawDraft {
  return {
    ...requestBase(Buffer.alloc(0), context.key()),
    method: 'GET',
    path: context.random.pick(['/healthz', '/openapi.json', `/${context.token()}`]),
    headers: ['Host: 127.0.0.1', `X-Anything: ${context.token()}`],
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
    pipelined: Buffer.alloc(0),
    delivery: 'whole' as const,
    ...noExpectation(),
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
  { random }: CaseContext,
  checkCreated: (response: HttpResponse) => Violation[],
): Promise<Violation[]> {
  const { delivery, expected } = draft
  const allowed = allowedOutcomes(draft, expected)
  const isHead = draft.method === 'HEAD'
  await send(connection, delivery, Buffer.concat([bytes, draft.pipelined]), random)
  if (delivery === 'cut and reset') return []
  const cut = delivery !== 'whole' && delivery !== 'pieces'
  const timeoutMs = delivery in SLOW_TIMEOUT_MS ? SLOW_TIMEOUT_MS[delivery as 'slow head'] : RESPONSE_TIMEOUT_MS
  const response = await connection.next({ timeoutMs, toHead: isHead })
  if (typeof response === 'string' || 'malformed' in response) {
    return response === 'closed' && (draft.mayClose || cut) ? [] : [unexpectedResponse(response, timeoutMs)]
  }
  if (cut) for (const status of [400, 408, 422, 499]) allowed.add(status)
  return [
    ...checkResponse(response, allowed, isHead),
    ...checkCreated(response),
    ...(cut || draft.pipelined.length > 0 ? [] : await checkConnection(connection, response, draft)),
  ]
}

async function send(
  connection: Http1Connection,
  delivery: RawDraft['delivery'],
  bytes: Buffer,
  random: CaseContext['random'],
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

function unexpectedResponse(next: Exclude<NextResponse, HttpResponse>, timeoutMs: number): Violation {
  if (next === 'timeout') return { oracle: Oracle.Timeout, expected: `a response within ${timeoutMs} ms`, got: 'none' }
  if (next === 'closed') return { oracle: Oracle.Status, expected: 'a response', got: 'closed without one' }
  return { oracle: Oracle.Format, expected: 'a response in HTTP/1.1', got: next.malformed }
}

const PROBE = 'GET /healthz HTTP/1.1\r\nHost: probe\r\n\r\n'

/** Checks that the connection serves another request, or is closed if the response has `Connection: close`. */
async function checkConnection(
  connection: Http1Connection,
  response: HttpResponse,
  draft: RawDraft,
): Promise<Violation[]> {
  const violation = (expected: string, got: string): Violation[] => [{ oracle: Oracle.Connection, expected, got }]
  const closes = response.headers.get('connection')?.toLowerCase() === 'close'
  if (!closes) connection.write(PROBE)
  const next = await connection.next({ timeoutMs: RESPONSE_TIMEOUT_MS })
  if (next === 'closed') return []
  if (closes)
    return violation('the connection to be closed, as its header says', typeof next === 'string' ? next : 'more bytes')
  if (typeof next === 'string') return violation('200 for the next request', next)
  if ('malformed' in next) return violation('200 for the next request', next.malformed)
  // the rest of a request with a wrong length is read as another request, which is invalid
  if (next.status === 400 && draft.demanded.size > 0 && next.headers.get('connection') === 'close') return []
  return next.status === 200 ? [] : violation('200 for the next request', String(next.status))
}
