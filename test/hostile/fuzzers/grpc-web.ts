import { FrameFlag, frame, readFrames } from '../../../testkit/clients/grpc-frames.ts'
import type { CaseContext, Fuzzer, Mutation, TestCase } from '../fuzzer.ts'
import { allowedOutcomes, demand, mutate, noExpectation, Oracle, permit } from '../fuzzer.ts'
import { readConnectResponse } from '../oracles/connect-response.ts'
import { readTrailers } from '../oracles/grpc-trailers.ts'
import type { RpcResult } from '../oracles/rpc-response.ts'
import { checkLeads, checkRpcResponse } from '../oracles/rpc-response.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import type { HttpResponse } from '../wire/http1.ts'
import { toBinaryMessage } from '../wire/protobuf.ts'
import { recordLeads } from './connect.ts'
import type { GrpcDraft } from './grpc-mutations.ts'
import { FRAME_MUTATIONS, MESSAGE_MUTATIONS } from './grpc-mutations.ts'
import { generateRpcCall, OK } from './rpc-calls.ts'

interface WebDraft extends GrpcDraft {
  contentType: string
  isText: boolean
  /** Applied to the base64 text. */
  readonly edits: ((text: string) => string)[]
}

export const grpcWebFuzzer: Fuzzer = { protocol: 'grpcweb', weight: 11, generate: generateGrpcWeb }

function generateGrpcWeb(context: CaseContext): TestCase {
  const { random, target } = context
  const call = generateRpcCall(context)
  const isText = random.chance(0.3)
  const draft: WebDraft = {
    call,
    message: toBinaryMessage(call.fields),
    frames: undefined,
    headers: [],
    contentType: random.pick(
      isText
        ? ['application/grpc-web-text', 'application/grpc-web-text+proto']
        : ['application/grpc-web', 'application/grpc-web+proto'],
    ),
    isText,
    edits: [],
    ...noExpectation(),
  }
  mutate(draft, [...WEB_MUTATIONS, ...MESSAGE_MUTATIONS, ...FRAME_MUTATIONS], context, 0.25)
  const binary = draft.frames ?? frame(draft.message)
  if (draft.isText) demand(draft, 415) // the base64 text format is not supported
  const text = draft.edits.reduce((edited, edit) => edit(edited), binary.toString('base64'))
  const request: HttpCall = {
    method: 'POST',
    url: `${target.services[call.service].url}/${call.method}`,
    headers: [['content-type', draft.contentType], ['x-grpc-web', '1'], ...draft.headers],
    body: draft.isText ? Buffer.from(text) : binary,
  }
  const allowed = allowedOutcomes(draft, call.expected)
  return {
    summary: `gRPC-Web${draft.isText ? ' text' : ''} ${call.method.split('/')[1]}`,
    request: () => describeCall(request),
    run: async () => {
      recordLeads(context, call, draft.demanded.size === 0)
      const response = await sendCall(request)
      if ('oracle' in response) return binary.length > 8 * 2 ** 20 ? [] : [response]
      const rpc = readWebAnswer(response)
      const violations = checkRpcResponse(rpc, allowed)
      if (rpc.code === OK && draft.demanded.size === 0) violations.push(...checkLeads(call, rpc, context))
      return violations
    },
  }
}

function readWebAnswer(response: HttpResponse): RpcResult {
  const { status, headers, body } = response
  const type = headers.get('content-type') ?? ''
  const base = { message: `HTTP ${status}`, details: [], response: undefined }
  if (status !== 200) return readConnectResponse(response, false)
  if (!type.startsWith('application/grpc-web')) {
    return { ...base, code: 2, violations: [{ oracle: Oracle.Format, expected: 'gRPC-Web', got: type }] }
  }
  if (headers.has('grpc-status')) return readTrailers(headers, [])
  const bytes = type.startsWith('application/grpc-web-text') ? decodeBase64(body.toString('latin1')) : body
  const frames = readFrames(bytes)
  if (frames === undefined) {
    const got = JSON.stringify(body.toString('latin1', 0, 100))
    return { ...base, code: 2, violations: [{ oracle: Oracle.Format, expected: 'whole frames', got }] }
  }
  const trailers = frames.find(({ flag }) => flag & FrameFlag.Trailers)?.payload.toString('latin1') ?? ''
  const entries = trailers.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return readTrailers(
    new Map(entries),
    frames.filter(({ flag }) => !(flag & FrameFlag.Trailers)).map(({ payload }) => payload),
  )
}

/** Decodes concatenated pieces of base64, each with its own padding. */
function decodeBase64(text: string): Buffer {
  const pieces = text.match(/[^=]+=*/g) ?? []
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')))
}

const WEB_MUTATIONS: readonly Mutation<WebDraft>[] = [
  {
    name: 'wrong content type',
    apply: (draft, context, random) => {
      draft.contentType = random.pick([
        'application/grpc-web+thrift',
        'application/grpc-webs',
        `application/grpc-web-${context.token()}`,
        'application/grpc-web-text+json',
        'application/grpc',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'broken base64',
    apply: (draft, context, random) => {
      if (!draft.isText) return false
      const token = context.token()
      const edit = random.pick([
        () => '!!!!',
        (text: string) => `${text.slice(0, 7)}*${text}`,
        () => token,
        (text: string) => `=${text}`,
      ])
      draft.edits.push(edit)
      demand(draft, 3, 13, 8, 12)
    },
  },
  {
    name: 'base64 in pieces',
    apply: (draft) => {
      if (!draft.isText || draft.edits.length > 0) return false
      // each piece has its own padding, as in a streamed body
      draft.edits.push((text) => {
        const bytes = Buffer.from(text, 'base64')
        return bytes.subarray(0, 4).toString('base64') + bytes.subarray(4).toString('base64')
      })
      permit(draft, 3)
    },
  },
]
