import { gzipSync } from 'node:zlib'
import type { Random } from '../../../testkit/random.ts'
import type { Making, Mutation } from '../attack.ts'
import { demand, permit } from '../expectation.ts'
import type { RawDraft } from './raw-http.ts'

/* What can be wrong with where a body ends (RFC 9112, sections 6 and 7), the shapes of request smuggling among it. */

/** A whole request that would be served if it were taken for one. It must not be. */
function hiddenRequest(making: Making): Buffer {
  const json = JSON.stringify({ note: `smuggled ${making.token()}` })
  const key = making.key()
  making.ledger.sendInvalid(making.caseName, key)
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

/** Whether a mutation may say where the body ends. */
export function mayFrame(draft: RawDraft): boolean {
  const { isLead, framing, json, headers, version } = draft
  if (version === 'HTTP/1.0') return false // which knows no chunks
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
    apply: (draft, making, random) => {
      if (!mayFrame(draft)) return false
      const length = random.pick([1, 10, 20_000])
      frame(
        draft,
        ['Transfer-Encoding: chunked'],
        chunked(draft.json, random, `;a=${making.token()}${'e'.repeat(length)}`),
      )
      permit(draft, 400, 413, 431)
    },
  },
  {
    name: 'trailers',
    apply: (draft, making, random) => {
      if (!mayFrame(draft)) return false
      const body = chunked(draft.json, random).subarray(0, -2)
      const trailer = Buffer.from(`X-Trailer: ${making.token()}\r\nIdempotency-Key: other\r\n\r\n`)
      frame(draft, ['Transfer-Encoding: chunked', 'Trailer: X-Trailer'], Buffer.concat([body, trailer]))
    },
  },
  {
    name: 'broken chunk size',
    apply: (draft, making, random) => {
      if (!mayFrame(draft)) return false
      const size = random.pick(['zz', '-1', '0x10', 'ffffffffffffffffff', ' 5', '', making.token(), '5 5', '1g3'])
      const body = Buffer.concat([Buffer.from(`${size}\r\n`), draft.json, Buffer.from('\r\n0\r\n\r\n')])
      frame(draft, ['Transfer-Encoding: chunked'], body)
      demand(draft, 400)
    },
  },
  {
    name: 'chunk longer than told',
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
    name: 'length and chunked at once',
    apply: (draft, making, random) => {
      if (!mayFrame(draft)) return false
      const hidden = hiddenRequest(making)
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
    apply: (draft, making, random) => {
      if (!mayFrame(draft)) return false
      const hidden = hiddenRequest(making)
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
    name: 'length that is none',
    apply: (draft, _making, random) => {
      if (!mayFrame(draft)) return false
      const length = random.pick(['-1', '+5', '0x10', '1e2', 'abc', '', '5 5', '99999999999999999999', '1,2', '١'])
      frame(draft, [`Content-Length: ${length}`], Buffer.from(draft.json))
      demand(draft, 400, 413)
    },
  },
  {
    name: 'length too short',
    apply: (draft, making) => {
      if (!mayFrame(draft)) return false
      // what is left over is the beginning of a request that is none
      frame(draft, ['Content-Length: 5'], Buffer.concat([draft.json, hiddenRequest(making)]))
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
    name: 'foreign transfer coding',
    apply: (draft, making, random) => {
      if (!mayFrame(draft)) return false
      const [coding, body] = random.pick<readonly [string, Buffer]>([
        ['gzip, chunked', chunked(gzipSync(draft.json), random)],
        ['xchunked', chunked(draft.json, random)],
        ['chunked, identity', chunked(draft.json, random)],
        ['identity', draft.json],
        ['chunked, chunked', chunked(draft.json, random)],
        ['\x0bchunked', chunked(draft.json, random)],
        [making.token(), draft.json],
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
