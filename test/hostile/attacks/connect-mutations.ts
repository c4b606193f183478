import { gzipSync } from 'node:zlib'
import type { Random } from '../../../testkit/random.ts'
import type { Mutation } from '../attack.ts'
import type { Expectation } from '../expectation.ts'
import { demand, permit } from '../expectation.ts'
import { breakBinary } from './break-binary.ts'
import { hostileHeader } from './hostile-headers.ts'
import { notUtf8 } from './hostile-text.ts'
import type { RpcCall } from './rpc-calls.ts'
import { DEADLINE_EXCEEDED, INVALID_ARGUMENT, OK, RESOURCE_EXHAUSTED, UNIMPLEMENTED } from './rpc-calls.ts'

/** A Connect call (unary, over HTTP/1.1) on its way. */
export interface ConnectDraft extends Expectation {
  readonly call: RpcCall
  readonly isJson: boolean
  readonly byGet: boolean
  method: string
  path: string
  contentType: string | undefined
  body: Buffer
  readonly headers: [string, string][]
  /** Of a GET. */
  readonly query: [string, string][]
}

export const BROKEN_BINARY: Mutation<ConnectDraft> = {
  name: 'broken binary',
  apply: (draft, making, random) => {
    if (draft.headers.some(([name]) => name === 'content-encoding')) return false // behind it, it would be ignored
    draft.body = breakBinary(draft.body, draft.call.method, making, random)
    demand(draft, INVALID_ARGUMENT)
  },
}

export const POST_MUTATIONS: readonly Mutation<ConnectDraft>[] = [
  {
    name: 'hostile header',
    apply: (draft, making, random) => {
      const header = hostileHeader(making, random)
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
    apply: (draft, making, random) => {
      draft.contentType = random.pick([
        undefined,
        'text/plain',
        'application/xml',
        `x/${making.token()}`,
        'application/grpc',
        '/',
        'application/connect+json',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'foreign charset',
    apply: (draft, _making, random) => {
      if (!draft.isJson || draft.contentType !== 'application/json') return false
      draft.contentType = `application/json; charset=${random.pick(['iso-8859-1', 'utf-16', 'windows-1252'])}`
      demand(draft, 415)
    },
  },
  {
    name: 'gzip',
    apply: (draft) => {
      if (draft.headers.some(([name]) => name === 'content-encoding')) return false
      draft.headers.push(['content-encoding', 'gzip'])
      draft.body = gzipSync(draft.body)
    },
  },
  {
    name: 'broken gzip',
    apply: (draft, making, random) => {
      if (draft.headers.some(([name]) => name === 'content-encoding')) return false
      draft.headers.push(['content-encoding', random.pick(['gzip', 'br'])])
      const packed = gzipSync(draft.body)
      draft.body = random.pick([
        packed.subarray(0, -9),
        Buffer.from(making.token()),
        Buffer.concat([packed.subarray(0, 12), packed]),
      ])
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'gzip bomb',
    apply: (draft, _making, random) => {
      if (!random.chance(0.1) || draft.headers.some(([name]) => name === 'content-encoding')) return false
      draft.headers.push(['content-encoding', 'gzip'])
      draft.body = gzipSync(Buffer.alloc(20 * 2 ** 20, 0x20))
      demand(draft, RESOURCE_EXHAUSTED, INVALID_ARGUMENT)
    },
  },
  {
    name: 'unknown encoding',
    apply: (draft, making) => {
      draft.headers.push(['content-encoding', making.token()])
      demand(draft, UNIMPLEMENTED, INVALID_ARGUMENT, 415)
    },
  },
  {
    name: 'unknown version',
    apply: (draft, making) => {
      if (draft.headers.some(([name]) => name === 'connect-protocol-version')) return false
      draft.headers.push(['connect-protocol-version', making.token()])
      permit(draft, INVALID_ARGUMENT) // a server need not look at it
    },
  },
  {
    name: 'other method',
    apply: (draft, _making, random) => {
      draft.method = random.pick(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', ...(draft.call.reads ? [] : ['GET'])])
      if (draft.method === 'OPTIONS') permit(draft, 204)
      demand(draft, 405, 404, 415)
    },
  },
  {
    name: 'other path',
    apply: (draft, making, random) => {
      draft.path = random.pick([
        `${draft.path}x`,
        draft.path.toLowerCase(),
        `${draft.path}/${making.token()}`,
        `/${making.token()}.Service/Method`,
      ])
      demand(draft, 404, 413, 415, 422) // a body may be refused before the path is looked at
    },
  },
  {
    name: 'empty body',
    apply: (draft) => {
      if (draft.call.leads.length === 0) return false
      draft.body = Buffer.alloc(0)
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'too large',
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
  editJson('no object', (_text, token, random) =>
    random.pick(['[]', '1', `"${token}"`, 'true', '[{}]', '\u0000', token]),
  ),
  editJson('wrong type', (text, _token, random) =>
    text.replace(/":"/, () => `":${random.pick(['1', '{}', '[]', 'true'])},"x":"`),
  ),
  {
    name: 'deep nesting',
    apply: (draft, _making, random) => {
      if (draft.headers.some(([header]) => header === 'content-encoding')) return false
      const depth = random.pick([1_000, 100_000])
      draft.body = Buffer.from(`{"lead":${'{"lead":'.repeat(depth)}1${'}'.repeat(depth)}}`)
      demand(draft, INVALID_ARGUMENT, RESOURCE_EXHAUSTED) // the number of fields is bounded too
    },
  },
  {
    name: 'lone surrogate',
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
    apply: (draft, making, random) => {
      const text = draft.body.toString()
      const edited = edit(text, making.token(), random)
      if (edited === text || draft.headers.some(([header]) => header === 'content-encoding')) return false
      draft.body = Buffer.from(edited)
      demand(draft, INVALID_ARGUMENT)
    },
  }
}

function editQuery(
  name: string,
  edit: (draft: ConnectDraft, token: string, random: Random) => void,
  ...codes: number[]
): Mutation<ConnectDraft> {
  return {
    name,
    apply: (draft, making, random) => {
      edit(draft, making.token(), random)
      demand(draft, ...codes)
    },
  }
}

const without = ({ query }: ConnectDraft, name: string) => {
  const index = query.findIndex(([candidate]) => candidate === name)
  if (index >= 0) query.splice(index, 1)
}

export const GET_MUTATIONS: readonly Mutation<ConnectDraft>[] = [
  {
    name: 'no message',
    apply: (draft) => {
      without(draft, 'message') // which is the same as an empty one to some
      permit(draft, INVALID_ARGUMENT, OK)
    },
  },
  editQuery('no encoding', (draft) => without(draft, 'encoding'), INVALID_ARGUMENT, 415),
  editQuery(
    'unknown encoding',
    (draft, token) => {
      without(draft, 'encoding')
      draft.query.push(['encoding', token])
    },
    INVALID_ARGUMENT,
    415,
  ),
  editQuery(
    'broken message',
    (draft, token, random) => {
      without(draft, 'message')
      without(draft, 'base64')
      const broken = random.pick(['!!!!', '%ff%fe', token, '////', '%00', '{"leadId":', 'CiQ'])
      draft.query.push(['base64', '1'], ['message', broken])
    },
    INVALID_ARGUMENT,
  ),
  {
    name: 'compressed message that is none',
    apply: (draft, making, random) => {
      if (draft.body.length === 0) return false // nothing is there to be decompressed
      draft.query.push(['compression', random.pick(['gzip', making.token()])])
      demand(draft, INVALID_ARGUMENT, UNIMPLEMENTED, 415)
    },
  },
  {
    name: 'unknown version',
    apply: (draft, making) => {
      without(draft, 'connect')
      draft.query.push(['connect', making.token()])
      permit(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'more parameters',
    apply: (draft, making) => void draft.query.push([making.token(), making.token()], [`${making.token()}[b]`, '%00']),
  },
]
