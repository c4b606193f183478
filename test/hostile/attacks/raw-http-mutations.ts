import type { Random } from '../../../testkit/random.ts'
import type { Mutation } from '../attack.ts'
import { demand, permit } from '../expectation.ts'
import { FRAMING_MUTATIONS, mayFrame } from './raw-framing-mutations.ts'
import type { RawDraft } from './raw-http.ts'

/* What can be wrong with a request as HTTP/1.1 (RFC 9112), beside its framing, and with how it is delivered. */

function header(
  name: string,
  line: (token: string, random: Random) => string,
  ...demanded: number[]
): Mutation<RawDraft> {
  return {
    name,
    apply: (draft, making, random) => {
      draft.headers.push(line(making.token(), random))
      demand(draft, ...demanded)
    },
  }
}

/** The upgrade is not taken up. With a body that is broken as well Node waits for the request's timeout: not shown here. */
function upgrade(name: string, lines: string): Mutation<RawDraft> {
  return {
    name,
    apply: (draft) => {
      if (draft.isLead && !mayFrame(draft)) return false
      draft.headers.push(lines)
    },
  }
}

/** Only one mutation says how the request is delivered. */
function delivery(name: 'pieces' | 'cut and ended' | 'cut and reset'): Mutation<RawDraft> {
  return {
    name,
    apply: (draft) => {
      if (draft.delivery !== 'whole') return false
      draft.delivery = name
    },
  }
}

export const RAW_MUTATIONS: readonly Mutation<RawDraft>[] = [
  delivery('pieces'),
  delivery('cut and ended'),
  delivery('cut and reset'),
  {
    name: 'slow',
    apply: (draft, _making, random) => {
      if (!draft.isLead || draft.delivery !== 'whole' || !random.chance(0.04)) return false
      draft.delivery = random.chance(0.8) ? 'slow head' : 'slow body'
      demand(draft, 408)
    },
  },
  ...FRAMING_MUTATIONS,
  {
    name: 'method that is none',
    apply: (draft, making, random) => {
      draft.method = random.pick([
        'GARBAGE',
        making.token().toUpperCase(),
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
    name: 'version that is none',
    apply: (draft, making, random) => {
      if (draft.version !== 'HTTP/1.1') return false
      draft.version = random.pick(['HTTP/9.9', 'HTTP/1.10', 'http/1.1', 'HTTP/1.', 'X/1.1', '', making.token()])
      demand(draft, 400)
      if (!draft.isLead) permit(draft, 404) // without a version it is HTTP/0.9
    },
  },
  {
    name: 'version that was never there',
    apply: (draft, _making, random) => {
      if (draft.version !== 'HTTP/1.1') return false
      draft.version = random.pick(['HTTP/0.9', 'HTTP/2.0']) // with headers, which Node takes for 1.1
      permit(draft, 400)
    },
  },
  {
    name: 'HTTP/1.0',
    apply: (draft) => {
      if (draft.version !== 'HTTP/1.1' || draft.headers.some((line) => line.startsWith('Expect:'))) return false
      if (!draft.headers.some((line) => line.startsWith('Host:'))) return false // which is demanded of 1.1 alone
      draft.version = 'HTTP/1.0'
      if (draft.framing.headers.some((line) => line.startsWith('Transfer'))) permit(draft, 400, 422, 415, 411)
    },
  },
  {
    name: 'strange path',
    apply: (draft, making, random) => {
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
        `http://${making.token()}/other`,
        `/${'x'.repeat(14_000)}`,
        `/${'x'.repeat(70_000)}`,
        `/${making.token()}?a=\x00`,
        `/#${making.token()}`,
        `/${'?'.repeat(5_000)}`,
      ])
      demand(draft, 400, 404, 405, 411, 414, 415, 422, 431)
    },
  },
  {
    name: 'other line end',
    apply: (draft, _making, random) => {
      draft.lineEnd = random.pick(['\n', '\r', '\n\r', '\r\r\n'])
      demand(draft, 400)
      if (draft.lineEnd === '\r') draft.delivery = 'cut and ended' // an unfinished line, for a reader of HTTP
    },
  },
  {
    name: 'no Host',
    apply: (draft) => {
      draft.headers.splice(0, draft.headers.length, ...draft.headers.filter((line) => !line.startsWith('Host:')))
      if (draft.version === 'HTTP/1.0') permit(draft, 400)
      else if (draft.isLead) demand(draft, 400)
      else demand(draft, 400, 404) // of two faults either
    },
  },
  {
    name: 'two Hosts',
    apply: (draft, making) => {
      if (!draft.headers.some((line) => line.startsWith('Host:'))) return false
      draft.headers.push(`Host: ${making.token()}`)
      permit(draft, 400) // as RFC 9112 has it; Node serves it
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
    apply: (draft, making) => {
      if (draft.headers.some((line) => line.startsWith('X-Large'))) return false
      draft.headers.push(`X-Large: ${making.token()}${'h'.repeat(10_000)}`)
    },
  },
  {
    name: 'expectation',
    apply: (draft) => {
      if (draft.headers.some((line) => line.startsWith('Expect:'))) return false
      draft.headers.push('Expect: 100-continue')
    },
  },
  {
    name: 'unknown expectation',
    apply: (draft, making) => {
      if (draft.version === 'HTTP/1.0') return false // which knows no expectations
      draft.headers.push(`Expect: ${making.token()}`)
      if (draft.isLead) demand(draft, 417)
      else demand(draft, 417, 404) // of two faults either
    },
  },
  upgrade('upgrade to a socket', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ=='),
  upgrade('upgrade to HTTP/2', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk'),
  header('connection to close', () => 'Connection: close'),
  header(
    'strange connection',
    (token, random) => `Connection: ${random.pick(['keep-alive, close', 'TE, x', token, ','])}`,
  ),
  {
    name: 'garbage',
    apply: (draft, making, random) => {
      const token = making.token()
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
      draft.behind = Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(random.integer(1, 20)))
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
