import { frame, readFrames } from '../../../testkit/clients/grpc-frames.ts'
import type { Http2Outcome } from '../../../testkit/clients/http2-call.ts'
import { callHttp2, openHttp2 } from '../../../testkit/clients/http2-call.ts'
import type { CaseContext, Fuzzer, Mutation, TestCase, Violation } from '../fuzzer.ts'
import { allowedOutcomes, demand, mutate, noExpectation, Oracle, permit } from '../fuzzer.ts'
import { readTrailers } from '../oracles/grpc-trailers.ts'
import type { RpcResult } from '../oracles/rpc-response.ts'
import { checkLeads, checkRpcResponse } from '../oracles/rpc-response.ts'
import { describeBytes, RESPONSE_TIMEOUT_MS } from '../wire/http-call.ts'
import { toBinaryMessage } from '../wire/protobuf.ts'
import { recordLeads } from './connect.ts'
import type { GrpcDraft } from './grpc-mutations.ts'
import { FRAME_MUTATIONS, MESSAGE_MUTATIONS } from './grpc-mutations.ts'
import { CANCELLED, generateRpcCall, INTERNAL, OK, UNIMPLEMENTED } from './rpc-calls.ts'

/** A gRPC call over an HTTP/2 stream. */
interface StreamDraft extends GrpcDraft {
  method: string
  path: string
  contentType: string | undefined
  /** Whether the client ends its half of the stream. */
  end: boolean
  resetAfterMs: number | undefined
  inPieces: boolean
  /** Whether the server may reset the stream without a response. */
  mayReset: boolean
}

export const grpcFuzzer: Fuzzer = { protocol: 'grpc', weight: 14, generate: generateGrpc }

function generateGrpc(context: CaseContext): TestCase {
  const { random, target } = context
  const call = generateRpcCall(context)
  const draft: StreamDraft = {
    call,
    message: toBinaryMessage(call.fields),
    frames: undefined,
    headers: [],
    method: 'POST',
    path: `/${call.method}`,
    contentType: random.pick(['application/grpc', 'application/grpc+proto']),
    end: true,
    resetAfterMs: undefined,
    inPieces: random.chance(0.2),
    mayReset: false,
    ...noExpectation(),
  }
  mutate(draft, [...STREAM_MUTATIONS, ...MESSAGE_MUTATIONS, ...FRAME_MUTATIONS], context, 0.2)
  const bytes = draft.frames ?? frame(draft.message)
  const headers = {
    ':method': draft.method,
    ':path': draft.path,
    te: 'trailers',
    ...(draft.contentType === undefined ? {} : { 'content-type': draft.contentType }),
    ...Object.fromEntries(draft.headers),
  }
  const allowed = allowedOutcomes(draft, call.expected)
  return {
    summary: `gRPC ${call.method.split('/')[1]}`,
    request: () => `${JSON.stringify(headers)}\n${describeBytes(bytes)}${draft.end ? '' : ' (not ended)'}`,
    run: async () => {
      recordLeads(context, call, draft.demanded.size === 0)
      const session = openHttp2(target.services[call.service].url)
      try {
        const { end, resetAfterMs } = draft
        const writes = draft.inPieces ? pieces(bytes) : [bytes]
        const outcome = await callHttp2(session, { headers, writes, end, resetAfterMs, timeoutMs: RESPONSE_TIMEOUT_MS })
        return [
          ...checkOutcome(context, draft, outcome, allowed),
          ...(session.destroyed || session.closed ? [] : await checkSession(session)),
        ]
      } finally {
        session.destroy()
      }
    },
  }
}

function pieces(bytes: Buffer): Buffer[] {
  if (bytes.length > 10_000) return [bytes]
  return Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7))
}

function checkOutcome(
  context: CaseContext,
  draft: StreamDraft,
  outcome: Http2Outcome,
  allowed: ReadonlySet<number>,
): Violation[] {
  if (draft.resetAfterMs !== undefined) return [] // the response may or may not have arrived before the reset
  if (outcome.ended === 'timeout') {
    return [{ oracle: Oracle.Timeout, expected: `a response within ${RESPONSE_TIMEOUT_MS} ms`, got: 'none' }]
  }
  const result = readStream(outcome)
  if (result === undefined) {
    return draft.mayReset ? [] : [{ oracle: Oracle.Status, expected: 'a response', got: `stream ${outcome.ended}` }]
  }
  const violations = checkRpcResponse(result, allowed)
  if (result.code === OK && draft.demanded.size === 0) violations.push(...checkLeads(draft.call, result, context))
  return violations
}

/** @returns undefined if the stream ended without a response */
export function readStream({ headers, trailers, body }: Http2Outcome): RpcResult | undefined {
  const status = Number(headers?.get(':status'))
  if (headers === undefined || Number.isNaN(status)) return undefined
  if (status !== 200)
    return { code: status, message: `HTTP ${status}`, details: [], response: undefined, violations: [] }
  if (headers.has('grpc-status')) return readTrailers(headers, [])
  const frames = readFrames(body)
  if (!trailers.has('grpc-status')) return undefined
  return readTrailers(trailers, frames?.map(({ payload }) => payload) ?? [])
}

/** Checks that the connection serves another call. */
export async function checkSession(session: ReturnType<typeof openHttp2>): Promise<Violation[]> {
  const headers = {
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
  }
  const call = {
    headers,
    writes: [frame(Buffer.alloc(0))],
    end: true,
    resetAfterMs: undefined,
    timeoutMs: RESPONSE_TIMEOUT_MS,
  }
  const outcome = await callHttp2(session, call)
  const result = readStream(outcome)
  if (result?.code === OK || session.destroyed || session.closed) return []
  return [
    {
      oracle: Oracle.Connection,
      expected: 'the connection to serve another call',
      got: result?.message ?? outcome.ended,
    },
  ]
}

const STREAM_MUTATIONS: readonly Mutation<StreamDraft>[] = [
  {
    name: 'wrong content type',
    apply: (draft, context, random) => {
      draft.contentType = random.pick([
        undefined,
        'text/plain',
        'application/json',
        'application/grpcx',
        context.token(),
        '',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'unknown method',
    apply: (draft, context, random) => {
      draft.path = random.pick([
        `/${context.token()}/Call`,
        `${draft.path}X`,
        '/',
        `/${context.token()}`,
        `//${context.token()}`,
        draft.path.toLowerCase(),
      ])
      demand(draft, UNIMPLEMENTED)
    },
  },
  {
    name: 'wrong HTTP method',
    apply: (draft, _making, random) => {
      draft.method = random.pick(['PUT', 'DELETE', 'PATCH'])
      permit(draft, 405, 415, UNIMPLEMENTED, INTERNAL) // grpc-js ignores the method
      draft.mayReset = true
    },
  },
  {
    name: 'non-ASCII metadata',
    apply: (draft, context, random) => {
      const value = random.pick([
        `\xe4\xf6${context.token()}`,
        `Bearer ${context.token()}\xff`,
        `${context.token()} \x80`,
      ])
      draft.headers.push([random.pick(['authorization', 'cookie', `x-${context.token()}`]), value])
      draft.mayReset = true
      permit(draft, INTERNAL, 3)
    },
  },
  {
    name: 'large metadata',
    apply: (draft, context, random) => {
      const length = random.pick([2_000, 12_000, 60_000])
      draft.headers.push(['x-large', context.token() + 'm'.repeat(length)])
      if (length > 10_000) {
        draft.mayReset = true
        permit(draft, 8, 431)
      }
    },
  },
  {
    name: 'cancelled',
    apply: (draft, _making, random) => {
      draft.resetAfterMs = random.integer(0, 20)
    },
  },
  {
    name: 'cancelled before the end',
    apply: (draft, _making, random) => {
      draft.end = false
      draft.resetAfterMs = random.integer(0, 20)
    },
  },
  {
    name: 'deadline before the end',
    apply: (draft) => {
      if (draft.headers.some(([name]) => name === 'grpc-timeout')) return false
      draft.end = false
      draft.frames = Buffer.from([0, 0, 0, 1])
      draft.headers.push(['grpc-timeout', '100m'])
      demand(draft, 4, CANCELLED)
    },
  },
  {
    name: 'cancelled immediately',
    apply: (draft) => {
      draft.resetAfterMs = 0
      draft.end = false
    },
  },
]
