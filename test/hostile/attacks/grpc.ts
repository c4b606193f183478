import type { Attack, Attacker, Fault, Making, Mutation } from '../attack.ts'
import { mutate, Oracle } from '../attack.ts'
import { allowedOutcomes, demand, expectNothingYet, permit } from '../expectation.ts'
import { readTrailers } from '../oracles/grpc-trailers.ts'
import type { RpcAnswer } from '../oracles/rpc-answer.ts'
import { faultsOfLeads, faultsOfRpcAnswer } from '../oracles/rpc-answer.ts'
import { frame, readFrames } from '../wire/grpc-frames.ts'
import { ANSWER_TIMEOUT_MS, describeBytes } from '../wire/http-call.ts'
import type { Http2Outcome } from '../wire/http2-call.ts'
import { callHttp2, openHttp2 } from '../wire/http2-call.ts'
import { toBinaryMessage } from '../wire/protobuf.ts'
import { noteLeads } from './connect.ts'
import type { GrpcDraft } from './grpc-mutations.ts'
import { FRAME_MUTATIONS, MESSAGE_MUTATIONS } from './grpc-mutations.ts'
import { CANCELLED, INTERNAL, makeRpcCall, OK, UNIMPLEMENTED } from './rpc-calls.ts'

/** A gRPC call over a bare HTTP/2 stream on its way. */
interface StreamDraft extends GrpcDraft {
  method: string
  path: string
  contentType: string | undefined
  /** Whether our half of the stream is ended. */
  end: boolean
  resetAfterMs: number | undefined
  inPieces: boolean
  /** Whether the stream may be reset instead of answered. */
  mayReset: boolean
}

export const grpcAttacker: Attacker = { protocol: 'grpc', share: 14, make: makeGrpc }

function makeGrpc(making: Making): Attack {
  const { random, target } = making
  const call = makeRpcCall(making)
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
    ...expectNothingYet(),
  }
  mutate(draft, [...STREAM_MUTATIONS, ...MESSAGE_MUTATIONS, ...FRAME_MUTATIONS], making, 0.2)
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
    what: `gRPC ${call.method.split('/')[1]}`,
    request: () => `${JSON.stringify(headers)}\n${describeBytes(bytes)}${draft.end ? '' : ' (not ended)'}`,
    run: async () => {
      noteLeads(making, call, draft.demanded.size === 0)
      const session = openHttp2(target.services[call.service].url)
      try {
        const { end, resetAfterMs } = draft
        const writes = draft.inPieces ? pieces(bytes) : [bytes]
        const outcome = await callHttp2(session, { headers, writes, end, resetAfterMs, timeoutMs: ANSWER_TIMEOUT_MS })
        return [
          ...faultsOfOutcome(making, draft, outcome, allowed),
          ...(session.destroyed || session.closed ? [] : await faultsOfSession(session)),
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

function faultsOfOutcome(
  making: Making,
  draft: StreamDraft,
  outcome: Http2Outcome,
  allowed: ReadonlySet<number>,
): Fault[] {
  if (draft.resetAfterMs !== undefined) return [] // what came before the reset is a matter of luck
  if (outcome.ended === 'timeout') {
    return [{ oracle: Oracle.Time, expected: `an answer within ${ANSWER_TIMEOUT_MS} ms`, got: 'none' }]
  }
  const answer = readStream(outcome)
  if (answer === undefined) {
    return draft.mayReset ? [] : [{ oracle: Oracle.Answer, expected: 'an answer', got: `stream ${outcome.ended}` }]
  }
  const faults = faultsOfRpcAnswer(answer, allowed)
  if (answer.code === OK && draft.demanded.size === 0) faults.push(...faultsOfLeads(draft.call, answer, making))
  return faults
}

/** @returns undefined when the stream ended without an answer */
function readStream({ headers, trailers, body }: Http2Outcome): RpcAnswer | undefined {
  const status = Number(headers?.get(':status'))
  if (headers === undefined || Number.isNaN(status)) return undefined
  if (status !== 200) return { code: status, message: `HTTP ${status}`, details: [], response: undefined, faults: [] }
  if (headers.has('grpc-status')) return readTrailers(headers, [])
  const frames = readFrames(body)
  if (!trailers.has('grpc-status')) return undefined
  return readTrailers(trailers, frames?.map(({ payload }) => payload) ?? [])
}

/** The same connection serves another call. */
export async function faultsOfSession(session: ReturnType<typeof openHttp2>): Promise<Fault[]> {
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
    timeoutMs: ANSWER_TIMEOUT_MS,
  }
  const outcome = await callHttp2(session, call)
  const answer = readStream(outcome)
  if (answer?.code === OK || session.destroyed || session.closed) return []
  return [
    {
      oracle: Oracle.Connection,
      expected: 'the connection to serve another call',
      got: answer?.message ?? outcome.ended,
    },
  ]
}

const STREAM_MUTATIONS: readonly Mutation<StreamDraft>[] = [
  {
    name: 'wrong content type',
    apply: (draft, making, random) => {
      draft.contentType = random.pick([
        undefined,
        'text/plain',
        'application/json',
        'application/grpcx',
        making.token(),
        '',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'unknown method',
    apply: (draft, making, random) => {
      draft.path = random.pick([
        `/${making.token()}/Call`,
        `${draft.path}X`,
        '/',
        `/${making.token()}`,
        `//${making.token()}`,
        draft.path.toLowerCase(),
      ])
      demand(draft, UNIMPLEMENTED)
    },
  },
  {
    name: 'other HTTP method',
    apply: (draft, _making, random) => {
      draft.method = random.pick(['PUT', 'DELETE', 'PATCH'])
      permit(draft, 405, 415, UNIMPLEMENTED, INTERNAL) // grpc-js does not look at it
      draft.mayReset = true
    },
  },
  {
    name: 'metadata beyond ASCII',
    apply: (draft, making, random) => {
      const value = random.pick([`\xe4\xf6${making.token()}`, `Bearer ${making.token()}\xff`, `${making.token()} \x80`])
      draft.headers.push([random.pick(['authorization', 'cookie', `x-${making.token()}`]), value])
      draft.mayReset = true
      permit(draft, INTERNAL, 3)
    },
  },
  {
    name: 'large metadata',
    apply: (draft, making, random) => {
      const length = random.pick([2_000, 12_000, 60_000])
      draft.headers.push(['x-large', making.token() + 'm'.repeat(length)])
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
    name: 'cancelled before its end',
    apply: (draft, _making, random) => {
      draft.end = false
      draft.resetAfterMs = random.integer(0, 20)
    },
  },
  {
    name: 'deadline before its end',
    apply: (draft) => {
      if (draft.headers.some(([name]) => name === 'grpc-timeout')) return false
      draft.end = false
      draft.frames = Buffer.from([0, 0, 0, 1])
      draft.headers.push(['grpc-timeout', '100m'])
      demand(draft, 4, CANCELLED)
    },
  },
  {
    name: 'session gone',
    apply: (draft) => {
      draft.resetAfterMs = 0
      draft.end = false
    },
  },
]
