import { gzipSync } from 'node:zlib'
import type { Random } from '../../../testkit/random.ts'
import type { Expectation, Mutation } from '../fuzzer.ts'
import { demand, permit } from '../fuzzer.ts'
import { breakBinary } from './break-binary.ts'
import { hostileHeader } from './hostile-headers.ts'
import { notUtf8 } from './hostile-text.ts'
import type { RpcCall } from './rpc-calls.ts'
import { DEADLINE_EXCEEDED, INVALID_ARGUMENT, OK, RESOURCE_EXHAUSTED, UNIMPLEMENTED } from './rpc-calls.ts'

/** A unary Connect call over HTTP/1.1. */
export interface ConnectDraft extends Expectation {
  readonly call: RpcCall
  readonly isJson: boolean
  readonly isGet: boolean
  method: string
  path: string
  contentType: string | undefined
  body: Buffer
  readonly headers: [string, string][]
  /** Only for a GET. */
  readonly query: [string, string][]
}

const isCompressed = ({ headers }: ConnectDraft) => headers.some(([name]) => name === 'content-encoding')

export const BROKEN_BINARY: Mutation<ConnectDraft> = {
  name: 'broken binary',
  part: 'message',
  apply: (draft, context, random) => {
    if (isCompressed(draft)) return false // a decompressor ignores what follows the compressed data
    draft.body = breakBinary(draft.body, draft.call.method, context, random)
    demand(draft, INVALID_ARGUMENT)
  },
}

export const POST_MUTATIONS: readonly Mutation<ConnectDraft>[] = [
  {
    name: 'hostile header',
    apply: (draft, context, random) => {
      const header = hostileHeader(context, random)
      draft.headers.push(header)
      if (header[0] === 'connect-timeout-ms') permit(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'timeout',
    apply: (draft, _making, random) => {
      if (draft.headers.some(([name]) => name === 'connect-timeout-ms')) return false
      const ms = random.pick(['0', '1', '2', '5', '100', '9999999999'])
      draft.headers.push(['connect-timeout-ms', ms])
      permit(draft, DEADLINE_EXCEEDED)
    },
  },
  {
    name: 'wrong content type',
    apply: (draft, context, random) => {
      draft.contentType = random.pick([
        undefined,
        'text/plain',
        'application/xml',
        `x/${context.token()}`,
        'application/grpc',
        '/',
        'application/connect+json',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'unsupported charset',
    apply: (draft, _making, random) => {
      if (!draft.isJson || draft.contentType !== 'application/json') return false
      draft.contentType = `application/json; charset=${random.pick(['iso-8859-1', 'utf-16', 'windows-1252'])}`
      demand(draft, 415)
    },
  },
  {
    name: 'gzip',
    apply: (draft) => {
      if (isCompressed(draft)) return false
      draft.headers.push(['content-encoding', 'gzip'])
      draft.body = gzipSync(draft.body)
    },
  },
  {
    name: 'broken gzip',
    apply: (draft, context, random) => {
      if (isCompressed(draft)) return false
      draft.headers.push(['content-encoding', random.pick(['gzip', 'br'])])
      const packed = gzipSync(draft.body)
      draft.body = random.pick([
        packed.subarray(0, -9),
        Buffer.from(context.token()),
        Buffer.concat([packed.subarray(0, 12), packed]),
      ])
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'gzip bomb',
    apply: (draft, _making, random) => {
      if (!random.chance(0.1) || isCompressed(draft)) return false
      draft.headers.push(['content-encoding', 'gzip'])
      draft.body = gzipSync(Buffer.alloc(20 * 2 ** 20, 0x20))
      demand(draft, RESOURCE_EXHAUSTED, INVALID_ARGUMENT)
    },
  },
  {
    name: 'unknown encoding',
    apply: (draft, context) => {
      draft.headers.push(['content-encoding', context.token()])
      demand(draft, UNIMPLEMENTED, INVALID_ARGUMENT, 415)
    },
  },
  {
    name: 'unknown version',
    apply: (draft, context) => {
      if (draft.headers.some(([name]) => name === 'connect-protocol-version')) return false
      draft.headers.push(['connect-protocol-version', context.token()])
      permit(draft, INVALID_ARGUMENT) // a server may ignore it
    },
  },
  {
    name: 'wrong HTTP method',
    apply: (draft, _making, random) => {
      draft.method = random.pick(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', ...(draft.call.isRead ? [] : ['GET'])])
      if (draft.method === 'OPTIONS') permit(draft, 204)
      demand(draft, 405, 404, 415)
    },
  },
  {
    name: 'wrong path',
    apply: (draft, context, random) => {
      draft.path = random.pick([
        `${draft.path}x`,
        draft.path.toLowerCase(),
        `${draft.path}/${context.token()}`,
        `/${context.token()}.Service/Method`,
      ])
      demand(draft, 404, 413, 415, 422) // the body may be rejected before the path is checked
    },
  },
  {
    name: 'empty body',
    part: 'message',
    apply: (draft) => {
      if (draft.call.leads.length === 0) return false
      draft.body = Buffer.alloc(0)
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'too large',
    part: 'message',
    apply: (draft, _making, random) => {
      if (!random.chance(0.1)) return false
      draft.body = Buffer.concat([draft.body, Buffer.alloc(8 * 2 ** 20 + 1, 0x20)])
      demand(draft, RESOURCE_EXHAUSTED, INVALID_ARGUMENT, 413)
    },
  },
]

export const JSON_MUTATIONS: readonly Mutation<ConnectDraft>[] = [
  editJson('unknown field', (text, token) => text.replace(/^\{/, `{"${token}":1${text === '{}' ? '' : ','}`)),
  editJson('__proto__', (text) => text.replace(/^\{/, `{"__proto__":{"a":1}${text === '{}' ? '' : ','}`)),
  editJson('truncated', (text) => text.slice(0, -1)),
  editJson('trailing text', (text, token) => `${text}${token}`),
  editJson('not an object', (_text, token, random) =>
    random.pick(['[]', '1', `"${token}"`, 'true', '[{}]', '\u0000', token]),
  ),
  editJson('wrong type', (text, _token, random) =>
    text.replace(/":"/, () => `":${random.pick(['1', '{}', '[]', 'true'])},"x":"`),
  ),
  {
    name: 'deep nesting',
    part: 'message',
    apply: (draft, _making, random) => {
      if (isCompressed(draft)) return false
      const depth = random.pick([1_000, 100_000])
      draft.body = Buffer.from(`{"lead":${'{"lead":'.repeat(depth)}1${'}'.repeat(depth)}}`)
      demand(draft, INVALID_ARGUMENT, RESOURCE_EXHAUSTED) // the number of fields is limited too
    },
  },
  {
    name: 'lone surrogate',
    part: 'message',
    apply: (draft, _making, random) => {
      if (!draft.call.method.endsWith('/CreateLead') || !draft.body.includes('"note":"')) return false
      draft.body = Buffer.from(
        draft.body.toString().replace(/"note":"/, () => `"note":"${random.pick(['\\ud800', '\\udc00x'])}`),
      )
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'invalid UTF-8',
    part: 'message',
    apply: (draft, _making, random) => {
      const at = draft.body.indexOf('":"') + 3
      if (at < 3) return false
      draft.body = Buffer.concat([
        draft.body.subarray(0, at),
        notUtf8(random),
        Buffer.from(' '),
        draft.body.subarray(at),
      ])
      demand(draft, INVALID_ARGUMENT)
    },
  },
]

function editJson(name: string, edit: (text: string, token: string, random: Random) => string): Mutation<ConnectDraft> {
  return {
    name,
    part: 'message',
    apply: (draft, context, random) => {
      const text = draft.body.toString()
      const edited = edit(text, context.token(), random)
      if (edited === text || isCompressed(draft)) return false
      draft.body = Buffer.from(edited)
      demand(draft, INVALID_ARGUMENT)
    },
  }
}

function editQuery(
  name: string,
  part: string,
  edit: (draft: ConnectDraft, token: string, random: Random) => void,
  ...codes: number[]
): Mutation<ConnectDraft> {
  return {
    name,
    part,
    apply: (draft, context, random) => {
      edit(draft, context.token(), random)
      demand(draft, ...codes)
    },
  }
}

const removeParameter = ({ query }: ConnectDraft, name: string) => {
  const index = query.findIndex(([candidate]) => candidate === name)
  if (index >= 0) query.splice(index, 1)
}

export const GET_MUTATIONS: readonly Mutation<ConnectDraft>[] = [
  {
    name: 'no message',
    part: 'message',
    apply: (draft) => {
      removeParameter(draft, 'message') // some methods accept an empty message
      permit(draft, INVALID_ARGUMENT, OK)
    },
  },
  editQuery('no encoding', 'encoding', (draft) => removeParameter(draft, 'encoding'), INVALID_ARGUMENT, 415),
  editQuery(
    'unknown encoding',
    'encoding',
    (draft, token) => {
      removeParameter(draft, 'encoding')
      draft.query.push(['encoding', token])
    },
    INVALID_ARGUMENT,
    415,
  ),
  editQuery(
    'broken message',
    'message',
    (draft, token, random) => {
      removeParameter(draft, 'message')
      removeParameter(draft, 'base64')
      const broken = random.pick(['!!!!', '%ff%fe', token, '////', '%00', '{"leadId":', 'CiQ'])
      draft.query.push(['base64', '1'], ['message', broken])
    },
    INVALID_ARGUMENT,
  ),
  {
    name: 'undecodable compressed message',
    part: 'message',
    apply: (draft, context, random) => {
      if (draft.body.length === 0) return false // an empty message is not decompressed
      draft.query.push(['compression', random.pick(['gzip', context.token()])])
      demand(draft, INVALID_ARGUMENT, UNIMPLEMENTED, 415)
    },
  },
  {
    name: 'unknown version',
    apply: (draft, context) => {
      removeParameter(draft, 'connect')
      draft.query.push(['connect', context.token()])
      permit(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'unknown parameters',
    apply: (draft, context) =>
      void draft.query.push([context.token(), context.token()], [`${context.token()}[b]`, '%00']),
  },
]
