import type { Attack, Attacker, Making, Mutation } from '../attack.ts'
import { mutate, Oracle } from '../attack.ts'
import { allowedOutcomes, demand, expectNothingYet, permit } from '../expectation.ts'
import { readConnectAnswer } from '../oracles/connect-answer.ts'
import { readTrailers } from '../oracles/grpc-trailers.ts'
import type { RpcAnswer } from '../oracles/rpc-answer.ts'
import { faultsOfLeads, faultsOfRpcAnswer } from '../oracles/rpc-answer.ts'
import { frame, readFrames, TRAILERS } from '../wire/grpc-frames.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import type { Answer } from '../wire/http1.ts'
import { toBinaryMessage } from '../wire/protobuf.ts'
import { noteLeads } from './connect.ts'
import type { GrpcDraft } from './grpc-mutations.ts'
import { FRAME_MUTATIONS, MESSAGE_MUTATIONS } from './grpc-mutations.ts'
import { makeRpcCall, OK } from './rpc-calls.ts'

interface WebDraft extends GrpcDraft {
  contentType: string
  isText: boolean
  /** Applied to the base64 of the text form. */
  readonly edits: ((text: string) => string)[]
}

export const grpcWebAttacker: Attacker = { protocol: 'grpcweb', share: 11, make: makeGrpcWeb }

function makeGrpcWeb(making: Making): Attack {
  const { random, target } = making
  const call = makeRpcCall(making)
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
    ...expectNothingYet(),
  }
  mutate(draft, [...WEB_MUTATIONS, ...MESSAGE_MUTATIONS, ...FRAME_MUTATIONS], making, 0.25)
  const binary = draft.frames ?? frame(draft.message)
  if (draft.isText) demand(draft, 415) // docs: the text form is not served
  const text = draft.edits.reduce((edited, edit) => edit(edited), binary.toString('base64'))
  const request: HttpCall = {
    method: 'POST',
    url: `${target.services[call.service].url}/${call.method}`,
    headers: [['content-type', draft.contentType], ['x-grpc-web', '1'], ...draft.headers],
    body: draft.isText ? Buffer.from(text) : binary,
  }
  const allowed = allowedOutcomes(draft, call.expected)
  return {
    what: `gRPC-Web${draft.isText ? ' text' : ''} ${call.method.split('/')[1]}`,
    request: () => describeCall(request),
    run: async () => {
      noteLeads(making, call, draft.demanded.size === 0)
      const answer = await sendCall(request)
      if ('oracle' in answer) return binary.length > 8 * 2 ** 20 ? [] : [answer]
      const rpc = readWebAnswer(answer)
      const faults = faultsOfRpcAnswer(rpc, allowed)
      if (rpc.code === OK && draft.demanded.size === 0) faults.push(...faultsOfLeads(call, rpc, making))
      return faults
    },
  }
}

function readWebAnswer(answer: Answer): RpcAnswer {
  const { status, headers, body } = answer
  const type = headers.get('content-type') ?? ''
  const none = { message: `HTTP ${status}`, details: [], response: undefined }
  if (status !== 200) return readConnectAnswer(answer, false)
  if (!type.startsWith('application/grpc-web')) {
    return { ...none, code: 2, faults: [{ oracle: Oracle.Form, expected: 'gRPC-Web', got: type }] }
  }
  if (headers.has('grpc-status')) return readTrailers(headers, [])
  const bytes = type.startsWith('application/grpc-web-text') ? decodeBase64(body.toString('latin1')) : body
  const frames = readFrames(bytes)
  if (frames === undefined) {
    const got = JSON.stringify(body.toString('latin1', 0, 100))
    return { ...none, code: 2, faults: [{ oracle: Oracle.Form, expected: 'whole frames', got }] }
  }
  const trailers = frames.find(({ flag }) => flag & TRAILERS)?.payload.toString('latin1') ?? ''
  const entries = trailers.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return readTrailers(
    new Map(entries),
    frames.filter(({ flag }) => !(flag & TRAILERS)).map(({ payload }) => payload),
  )
}

/** Base64 of several pieces may have its padding in the middle. */
function decodeBase64(text: string): Buffer {
  const pieces = text.match(/[^=]+=*/g) ?? []
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')))
}

const WEB_MUTATIONS: readonly Mutation<WebDraft>[] = [
  {
    name: 'wrong content type',
    apply: (draft, making, random) => {
      draft.contentType = random.pick([
        'application/grpc-web+thrift',
        'application/grpc-webs',
        `application/grpc-web-${making.token()}`,
        'application/grpc-web-text+json',
        'application/grpc',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'broken base64',
    apply: (draft, making, random) => {
      if (!draft.isText) return false
      const token = making.token()
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
      // each piece with padding of its own, as browsers send what comes in pieces
      draft.edits.push((text) => {
        const bytes = Buffer.from(text, 'base64')
        return bytes.subarray(0, 4).toString('base64') + bytes.subarray(4).toString('base64')
      })
      permit(draft, 3)
    },
  },
]
