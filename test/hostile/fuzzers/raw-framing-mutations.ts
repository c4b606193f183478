import { gzipSync } from 'node:zlib'
import type { Random } from '../../../testkit/random.ts'
import type { CaseContext, Mutation } from '../fuzzer.ts'
import { demand, permit } from '../fuzzer.ts'
import type { RawDraft } from './raw-http.ts'

/* Invalid body framing (RFC 9112, sections 6 and 7), including request smuggling. */

/** A smuggled request. The server must not process it. */
function hiddenRequest(context: CaseContext): Buffer {
  const json = JSON.stringify({ note: `smuggled ${context.token()}` })
  const key = context.key()
  context.ledger.recordInvalid(context.caseName, key)
  return Buffer.from(
    `POST /leads HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nIdempotency-Key: ${key}\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
  )
}

function chunked(body: Buffer, random: Random, extension = ''): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const to = Math.min(body.length, at + random.integer(1, 200))
    parts.push(Buffer.from(`${(to - at).toString(16)}${extension}\r\n`), body.subarray(at, to), Buffer.from('\r\n'))
    at = to
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

/** Whether a mutation may change the framing of the body. At most one does. */
export function mayFrame(draft: RawDraft): boolean {
  const { isLead, framing, json, headers, version } = draft
  if (version === 'HTTP/1.0') return false // it has no chunked coding
  return isLead && framing.body === json && !headers.some((line) => line.startsWith('Connection: Upgrade'))
}

function frame(draft: RawDraft, headers: string[], body: Buffer): void {
  draft.framing = { headers, body }
}

export const FRAMING_MUTATIONS: readonly Mutation<RawDraft>[] = [
  {
    name: 'chunked',
    apply: (draft, _making, random) => {
      if (!mayFrame(draft)) return false
      frame(draft, ['Transfer-Encoding: chunked'], chunked(draft.json, random))
    },
  },
  {
    name: 'chunk extensions',
    apply: (draft, context, random) => {
      if (!mayFrame(draft)) return false
      const length = random.pick([1, 10, 20_000])
      frame(
        draft,
        ['Transfer-Encoding: chunked'],
        chunked(draft.json, random, `;a=${context.token()}${'e'.repeat(length)}`),
      )
      permit(draft, 400, 413, 431)
    },
  },
  {
    name: 'trailers',
    apply: (draft, context, random) => {
      if (!mayFrame(draft)) return false
      const body = chunked(draft.json, random).subarray(0, -2)
      const trailer = Buffer.from(`X-Trailer: ${context.token()}\r\nIdempotency-Key: other\r\n\r\n`)
      frame(draft, ['Transfer-Encoding: chunked', 'Trailer: X-Trailer'], Buffer.concat([body, trailer]))
    },
  },
  {
    name: 'broken chunk size',
    apply: (draft, context, random) => {
      if (!mayFrame(draft)) return false
      const size = random.pick(['zz', '-1', '0x10', 'ffffffffffffffffff', ' 5', '', context.token(), '5 5', '1g3'])
      const body = Buffer.concat([Buffer.from(`${size}\r\n`), draft.json, Buffer.from('\r\n0\r\n\r\n')])
      frame(draft, ['Transfer-Encoding: chunked'], body)
      demand(draft, 400)
    },
  },
  {
    name: 'chunk longer than its size',
    apply: (draft) => {
      if (!mayFrame(draft)) return false
      frame(
        draft,
        ['Transfer-Encoding: chunked'],
        Buffer.concat([Buffer.from('2\r\n'), draft.json, Buffer.from('\r\n0\r\n\r\n')]),
      )
      demand(draft, 400)
    },
  },
  {
    name: 'both length and chunked',
    apply: (draft, context, random) => {
      if (!mayFrame(draft)) return false
      const hidden = hiddenRequest(context)
      const body = random.pick([
        Buffer.concat([chunked(draft.json, random), hidden]),
        Buffer.concat([Buffer.from('0\r\n\r\n'), hidden]),
      ])
      const lines = [
        `Content-Length: ${random.pick([body.length, draft.json.length, 3])}`,
        'Transfer-Encoding: chunked',
      ]
      frame(draft, random.shuffled(lines), body)
      demand(draft, 400)
    },
  },
  {
    name: 'two lengths',
    apply: (draft, context, random) => {
      if (!mayFrame(draft)) return false
      const hidden = hiddenRequest(context)
      const length = draft.json.length
      const lines = random.pick([
        [`Content-Length: ${length}`, `Content-Length: ${length + hidden.length}`],
        [`Content-Length: ${length}, ${length + hidden.length}`],
        [`Content-Length: 0`, `Content-Length: ${length}`],
      ])
      frame(draft, lines, Buffer.concat([draft.json, hidden]))
      demand(draft, 400)
    },
  },
  {
    name: 'invalid length',
    apply: (draft, _making, random) => {
      if (!mayFrame(draft)) return false
      const length = random.pick(['-1', '+5', '0x10', '1e2', 'abc', '', '5 5', '99999999999999999999', '1,2', '١'])
      frame(draft, [`Content-Length: ${length}`], Buffer.from(draft.json))
      demand(draft, 400, 413)
    },
  },
  {
    name: 'length too short',
    apply: (draft, context) => {
      if (!mayFrame(draft)) return false
      // the rest of the body is read as the start of the next request, which is invalid
      frame(draft, ['Content-Length: 5'], Buffer.concat([draft.json, hiddenRequest(context)]))
      demand(draft, 400, 422)
    },
  },
  {
    name: 'length too long',
    apply: (draft) => {
      if (!mayFrame(draft) || draft.delivery.startsWith('slow')) return false
      frame(draft, [`Content-Length: ${draft.json.length + 100}`], Buffer.from(draft.json))
      draft.delivery = 'cut and ended'
      demand(draft, 400, 408)
    },
  },
  {
    name: 'unsupported transfer coding',
    apply: (draft, context, random) => {
      if (!mayFrame(draft)) return false
      const [coding, body] = random.pick<readonly [string, Buffer]>([
        ['gzip, chunked', chunked(gzipSync(draft.json), random)],
        ['xchunked', chunked(draft.json, random)],
        ['chunked, identity', chunked(draft.json, random)],
        ['identity', draft.json],
        ['chunked, chunked', chunked(draft.json, random)],
        ['\x0bchunked', chunked(draft.json, random)],
        [context.token(), draft.json],
        ['"chunked"', chunked(draft.json, random)],
        ['deflate', draft.json],
        ['gzip', gzipSync(draft.json)],
      ])
      frame(draft, [`Transfer-Encoding: ${coding}`], Buffer.from(body))
      demand(draft, 400, 411, 415)
    },
  },
  {
    name: 'no length',
    apply: (draft) => {
      if (!mayFrame(draft)) return false
      frame(draft, [], Buffer.alloc(0))
      demand(draft, 411, 415, 422, 400)
    },
  },
]
