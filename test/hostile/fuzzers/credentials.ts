import { frame } from '../../../testkit/clients/grpc-frames.ts'
import { callHttp2, openHttp2 } from '../../../testkit/clients/http2-call.ts'
import type { CaseContext, Fuzzer, TestCase, Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import { readConnectResponse } from '../oracles/connect-response.ts'
import { checkResponse } from '../oracles/problem.ts'
import { checkRpcResponse } from '../oracles/rpc-response.ts'
import { ORIGIN } from '../target.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, RESPONSE_TIMEOUT_MS, sendCall } from '../wire/http-call.ts'
import { toBinaryMessage } from '../wire/protobuf.ts'
import { readStream } from './grpc.ts'
import { NOT_FOUND } from './rpc-calls.ts'
import { generateKeySignIn } from './sign-in.ts'

const PERMISSION_DENIED = 7
const UNAUTHENTICATED = 16

/** What a read of a lead that does not exist gets with a credential, as REST status and RPC code. */
const OUTCOMES = {
  permitted: [404, NOT_FOUND],
  'permission denied': [403, PERMISSION_DENIED],
  unauthenticated: [401, UNAUTHENTICATED],
} as const

interface Credential {
  readonly name: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly outcome: keyof typeof OUTCOMES
}

/** Calls services with authentication: valid, broken, forged and misplaced credentials, over every protocol. */
export const credentialsFuzzer: Fuzzer = {
  protocol: 'credentials',
  weight: 8,
  generate: (context) => (context.random.chance(0.25) ? generateKeySignIn(context) : generateCall(context)),
}

function generateCall(context: CaseContext): TestCase {
  const { random, target } = context
  const { name, headers, outcome } = random.pick(CREDENTIALS)(context)
  context.applied.push(name)
  const leadId = random.uuid()
  const [status, code] = OUTCOMES[outcome]
  const { url } = target.guarded.intake
  const sent = headers.map(([header, value]): [string, string] => [header, value])
  const protocol = random.pick(['REST', 'insight', 'Connect', 'gRPC'] as const)
  const call: HttpCall =
    protocol === 'Connect'
      ? {
          method: 'POST',
          url: `${url}/leadtriage.intake.v1.IntakeService/GetLead`,
          headers: [['content-type', 'application/json'], ...sent],
          body: Buffer.from(JSON.stringify({ leadId })),
        }
      : { method: 'GET', url: `${url}/leads/${leadId}`, headers: sent, body: undefined }
  const insight = { ...call, url: `${target.guarded.insights.url}/leads/${leadId}/insight` }
  return {
    summary: `${protocol} with ${name}`,
    request: () => describeCall(protocol === 'insight' ? insight : call),
    run: async () => {
      if (protocol === 'gRPC') return callGrpc(url, leadId, sent, code)
      const response = await sendCall(protocol === 'insight' ? insight : call)
      if ('oracle' in response) return [response]
      if (protocol === 'Connect') return checkRpcResponse(readConnectResponse(response, false), new Set([code]))
      const violations = checkResponse(response, new Set([status]))
      if ([401, 403].includes(response.status) && !response.headers.get('www-authenticate')?.startsWith('Bearer')) {
        violations.push({ oracle: Oracle.Format, expected: 'WWW-Authenticate', got: `${response.status} without it` })
      }
      return violations
    },
  }
}

async function callGrpc(url: string, leadId: string, headers: [string, string][], code: number): Promise<Violation[]> {
  const session = openHttp2(url)
  try {
    const outcome = await callHttp2(session, {
      headers: {
        ':method': 'POST',
        ':path': '/leadtriage.intake.v1.IntakeService/GetLead',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...Object.fromEntries(headers),
      },
      writes: [frame(toBinaryMessage([{ no: 1, name: 'leadId', value: leadId }]))],
      end: true,
      resetAfterMs: undefined,
      timeoutMs: RESPONSE_TIMEOUT_MS,
    })
    const result = readStream(outcome)
    if (result === undefined)
      return [{ oracle: Oracle.Status, expected: `code ${code}`, got: `stream ${outcome.ended}` }]
    return checkRpcResponse(result, new Set([code]))
  } finally {
    session.destroy()
  }
}

const bearer = (text: string): Credential['headers'] => [['authorization', `Bearer ${text}`]]
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const CREDENTIALS: readonly ((context: CaseContext) => Credential)[] = [
  ({ target, random }) => ({
    name: 'the key, written in another way',
    headers: [['authorization', random.pick(['Bearer ', 'bearer ', 'BEARER    ']) + target.keys.secret]],
    outcome: 'permitted',
  }),
  () => ({ name: 'no credential', headers: [], outcome: 'unauthenticated' }),
  ({ target, random, token }) => {
    const key = target.keys.secret
    const broken = [key.slice(0, -1), `${key}x`, key.toUpperCase(), `${key} ${token()}`, `${key},${key}`, ` ${key}"`]
    const others = [
      `lt_sk_${token()}`,
      `lt_sk_${'0'.repeat(48)}_00000000`,
      `lt_pk_${token()}`,
      token(),
      '',
      key.slice(6),
    ]
    return { name: 'a broken key', headers: bearer(random.pick([...broken, ...others])), outcome: 'unauthenticated' }
  },
  ({ target, random, token }) => ({
    name: 'the key in the wrong place',
    headers: random.pick<Credential['headers']>([
      [['authorization', `Basic ${Buffer.from(`${target.keys.secret}:`).toString('base64')}`]],
      [['authorization', target.keys.secret]],
      [['authorization', `Token ${target.keys.secret}`]],
      [['x-api-key', target.keys.secret]],
      [['cookie', `__Host-leadtriage=${target.keys.secret}`]],
      [['cookie', `authorization=Bearer ${target.keys.secret}; ${token()}`]],
    ]),
    outcome: 'unauthenticated',
  }),
  ({ random, token }) => {
    const claims = { sub: token(), scope: 'leads:read keys:admin', exp: 4_000_000_000, iss: 'https://id.example.com' }
    const signature = random.pick(['', token(), 'AAAA'])
    const header = random.pick([
      { alg: 'none' },
      { alg: 'HS256', kid: token() },
      { alg: 'RS256', jku: `https://${token()}.example.com` },
      {},
    ])
    const text = random.pick([
      `${base64(header)}.${base64(claims)}.${signature}`,
      `${base64(header)}..`,
      '..',
      '.a.b.c.',
    ])
    return { name: 'a forged token', headers: bearer(text), outcome: 'unauthenticated' }
  },
  ({ random, token }) => ({
    name: 'a forged session',
    headers: [
      [
        'cookie',
        random.pick([
          `__Host-leadtriage=${token().padEnd(43, 'A').slice(0, 43)}`,
          `a=b; __Host-leadtriage=${'_'.repeat(43)}; c=${token()}`,
          `__Host-leadtriage=${token()}`,
          `__Host-leadtriage=; __Host-leadtriage=${'-'.repeat(43)}`,
          `__host-LEADTRIAGE=${token()}`,
          `${token()}${'='.repeat(3_000)}`,
        ]),
      ],
      ['sec-fetch-site', 'same-origin'],
    ],
    outcome: 'unauthenticated',
  }),
  ({ target, random, token }) => ({
    name: 'a publishable key',
    headers: [
      ...bearer(target.keys.publishable),
      ...random.pick<Credential['headers']>([
        [],
        [['origin', ORIGIN]], // reading needs another scope
        [['origin', `https://${token()}.example.com`]],
        [['origin', 'null']],
      ]),
    ],
    outcome: 'permission denied',
  }),
  ({ target, token }) => ({
    name: 'a key and a very long header',
    headers: [...bearer(target.keys.secret), ['x-long', token().repeat(200)]],
    outcome: 'permitted',
  }),
]
