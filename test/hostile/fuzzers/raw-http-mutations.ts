import type { Random } from '../../../testkit/random.ts'
import type { Mutation } from '../fuzzer.ts'
import { demand, permit } from '../fuzzer.ts'
import { FRAMING_MUTATIONS, mayFrame } from './raw-framing-mutations.ts'
import type { RawDraft } from './raw-http.ts'

/* Invalid requests of HTTP/1.1 (RFC 9112) other than by their framing, and unusual delivery. */

function header(
  name: string,
  line: (token: string, random: Random) => string,
  ...demanded: number[]
): Mutation<RawDraft> {
  return {
    name,
    apply: (draft, context, random) => {
      draft.headers.push(line(context.token(), random))
      demand(draft, ...demanded)
    },
  }
}

/** Requests an upgrade, which the server ignores. Not combined with broken framing: Node then waits for a timeout. */
function upgrade(name: string, lines: string): Mutation<RawDraft> {
  return {
    name,
    apply: (draft) => {
      if (draft.isLead && !mayFrame(draft)) return false
      draft.headers.push(lines)
    },
  }
}

/** Changes how the request is delivered. At most one mutation does. */
function delivery(name: 'pieces' | 'cut and ended' | 'cut and reset'): Mutation<RawDraft> {
  return {
    name,
    apply: (draft) => {
      if (draft.delivery !== 'whole') return false
      draft.delivery = name
    },
  }
}

const OTHER_VERSIONS = ['HTTP/0.9', 'HTTP/1.0', 'HTTP/2.0']

/** Node requires Host and checks Expect only in HTTP/1.1: in another version, neither of them can be invalid. */
function mayChangeVersion({ version, headers }: RawDraft): boolean {
  const has = (name: string) => headers.some((line) => line.startsWith(name))
  return version === 'HTTP/1.1' && has('Host:') && !has('Expect:')
}

export const RAW_MUTATIONS: readonly Mutation<RawDraft>[] = [
  delivery('pieces'),
  delivery('cut and ended'),
  delivery('cut and reset'),
  {
    name: 'slow',
    apply: (draft, _making, random) => {
      if (!draft.isLead || draft.delivery !== 'whole' || !random.chance(0.04)) return false
      if (draft.pipelined.length > 0) return false // the body would be complete
      draft.delivery = random.chance(0.8) ? 'slow head' : 'slow body'
      demand(draft, 408)
    },
  },
  ...FRAMING_MUTATIONS,
  {
    name: 'invalid method',
    apply: (draft, context, random) => {
      draft.method = random.pick([
        'GARBAGE',
        context.token().toUpperCase(),
        'get',
        'GE T',
        '',
        '\x00',
        '{',
        'POST\t',
        'PRI',
      ])
      demand(draft, 400, 404, 405)
    },
  },
  {
    name: 'rare method',
    apply: (draft, _making, random) => {
      if (draft.isLead) return false
      draft.method = random.pick(['TRACE', 'SEARCH', 'PURGE', 'M-SEARCH', 'SOURCE', 'LINK', 'DELETE'])
      demand(draft, 400, 404, 405)
    },
  },
  {
    name: 'OPTIONS',
    apply: (draft) => {
      if (draft.isLead) return false
      draft.method = 'OPTIONS'
      permit(draft, 204, 405)
    },
  },
  {
    name: 'CONNECT',
    apply: (draft) => {
      if (draft.isLead) return false
      draft.method = 'CONNECT'
      draft.path = 'example.com:443'
      draft.mayClose = true
      demand(draft, 400, 404, 405)
    },
  },
  {
    name: 'invalid version',
    apply: (draft, context, random) => {
      if (draft.version !== 'HTTP/1.1') return false
      draft.version = random.pick(['HTTP/9.9', 'HTTP/1.10', 'http/1.1', 'HTTP/1.', 'X/1.1', '', context.token()])
      demand(draft, 400)
      if (!draft.isLead) permit(draft, 404) // a request without a version is HTTP/0.9
    },
  },
  {
    name: 'HTTP/0.9 or HTTP/2.0',
    apply: (draft, _making, random) => {
      if (!mayChangeVersion(draft)) return false
      draft.version = random.pick(['HTTP/0.9', 'HTTP/2.0']) // Node reads the rest as 1.1
      permit(draft, 400)
    },
  },
  {
    name: 'HTTP/1.0',
    apply: (draft) => {
      if (!mayChangeVersion(draft)) return false
      draft.version = 'HTTP/1.0'
      if (draft.framing.headers.some((line) => line.startsWith('Transfer'))) permit(draft, 400, 422, 415, 411)
    },
  },
  {
    name: 'unusual path',
    apply: (draft, context, random) => {
      draft.path = random.pick([
        '',
        '*',
        '//',
        '/../../etc/passwd',
        '/%',
        '/%00',
        '/\xff\xfe',
        '/ü',
        '/a b',
        '\\',
        `http://${context.token()}/other`,
        `/${'x'.repeat(14_000)}`,
        `/${'x'.repeat(70_000)}`,
        `/${context.token()}?a=\x00`,
        `/#${context.token()}`,
        `/${'?'.repeat(5_000)}`,
      ])
      demand(draft, 400, 404, 405, 411, 414, 415, 422, 431)
    },
  },
  {
    name: 'wrong line end',
    apply: (draft, _making, random) => {
      draft.lineEnd = random.pick(['\n', '\r', '\n\r', '\r\r\n'])
      demand(draft, 400)
      if (draft.lineEnd === '\r') draft.delivery = 'cut and ended' // a parser waits for the end of the line
    },
  },
  {
    name: 'no Host',
    apply: (draft) => {
      draft.headers.splice(0, draft.headers.length, ...draft.headers.filter((line) => !line.startsWith('Host:')))
      if (OTHER_VERSIONS.includes(draft.version)) permit(draft, 400)
      else if (draft.isLead) demand(draft, 400)
      else demand(draft, 400, 404) // either of two errors
    },
  },
  {
    name: 'two Hosts',
    apply: (draft, context) => {
      if (!draft.headers.some((line) => line.startsWith('Host:'))) return false
      draft.headers.push(`Host: ${context.token()}`)
      permit(draft, 400) // required by RFC 9112, but Node accepts it
    },
  },
  header('space before the colon', (token) => `X-Space : ${token}`, 400),
  header('space in a name', (token) => `X Space: ${token}`, 400),
  header('folded header', (token) => `X-Folded: a\r\n ${token}`, 400),
  header('header without a colon', (token) => token, 400),
  header('header without a name', (token) => `: ${token}`, 400),
  header('null in a header', (token) => `X-Null: ${token}\x00`, 400),
  header('bare CR in a header', (token) => `X-Bare: a\r${token}`, 400),
  header('control character in a header', (token) => `X-Control: \x01${token}`, 400),
  header('latin1 in a header', (token) => `X-Latin: \xe4\xff${token}`),
  header('null in a name', (token) => `X-\x00Null: ${token}`, 400),
  header('headers too large', (token) => `X-Large: ${token}${'h'.repeat(20_000)}`, 431),
  header('very many headers', (token) => Array.from({ length: 3_000 }, (_, i) => `X-${i}: ${token}`).join('\r\n'), 431),
  {
    name: 'headers nearly too large',
    apply: (draft, context) => {
      if (draft.headers.some((line) => line.startsWith('X-Large'))) return false
      draft.headers.push(`X-Large: ${context.token()}${'h'.repeat(10_000)}`)
    },
  },
  {
    name: 'expectation',
    part: 'expectation',
    apply: (draft) => {
      draft.headers.push('Expect: 100-continue')
    },
  },
  {
    name: 'unknown expectation',
    part: 'expectation',
    apply: (draft, context) => {
      if (OTHER_VERSIONS.includes(draft.version)) return false
      draft.headers.push(`Expect: ${context.token()}`)
      if (draft.isLead) demand(draft, 417)
      else demand(draft, 417, 404) // either of two errors
    },
  },
  upgrade('upgrade to a socket', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ=='),
  upgrade('upgrade to HTTP/2', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk'),
  header('Connection: close', () => 'Connection: close'),
  header(
    'unusual Connection',
    (token, random) => `Connection: ${random.pick(['keep-alive, close', 'TE, x', token, ','])}`,
  ),
  {
    name: 'garbage',
    apply: (draft, context, random) => {
      const token = context.token()
      draft.garbage = random.pick([
        Buffer.from('160301020001000001fc0303', 'hex'),
        Buffer.from(`SSH-2.0-${token}\r\n`),
        Buffer.from(`EHLO ${token}\r\n`),
        Buffer.from(`*1\r\n$4\r\n${token}\r\n`),
        Buffer.from(`PRI * HTTP/2.0\r\n\r\n${token}`),
        Buffer.from(`{"note":"${token}"}\n\n`),
        Buffer.from(Array.from({ length: 300 }, () => random.integer(0, 255))),
        Buffer.concat([Buffer.from('\xff\xfe\x00\x00', 'latin1'), Buffer.from(token, 'utf16le')]),
        Buffer.from(`GET /${token}\n\n`),
        Buffer.alloc(2_000),
      ])
      draft.delivery = 'whole'
      demand(draft, 400, 405, 431)
    },
  },
  {
    name: 'pipelined',
    apply: (draft, _making, random) => {
      if (draft.delivery !== 'whole') return false
      draft.pipelined = Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(random.integer(1, 20)))
    },
  },
  {
    name: 'empty lines before',
    apply: (draft, _making, random) => {
      draft.method = `${random.pick(['\r\n', '\n', '\r\n\r\n'])}${draft.method}`
      permit(draft, 400)
    },
  },
]
