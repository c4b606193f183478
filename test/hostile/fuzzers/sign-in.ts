import type { CaseContext, TestCase, Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import { checkResponse, parseJson } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'

type Headers = readonly (readonly [name: string, value: string])[]

const SAME_ORIGIN: Headers = [['sec-fetch-site', 'same-origin']]

/** `POST /auth/sign-in` with valid and hostile bodies, from pages of this and other origins. Uses a session that starts. */
export function generateKeySignIn(context: CaseContext): TestCase {
  const { random, target, token } = context
  const { url } = target.guarded.insights
  const [body, bodyStatus] = random.pick<readonly [string, number]>([
    [JSON.stringify({ api_key: target.keys.secret }), 200],
    [JSON.stringify({ api_key: target.keys.secret }), 200],
    [JSON.stringify({ api_key: target.keys.publishable }), 403],
    [JSON.stringify({ api_key: target.keys.secret.slice(0, -1) }), 401],
    [JSON.stringify({ api_key: `lt_sk_${token()}` }), 401],
    [JSON.stringify({ api_key: `${token()}\u0000\ud800` }), 401],
    [JSON.stringify({ api_key: token().repeat(20) }), 422],
    [JSON.stringify({ api_key: [target.keys.secret] }), 422],
    [JSON.stringify({ api_key: target.keys.secret, [token()]: 1 }), 422],
    [`{"__proto__":{"api_key":"${target.keys.secret}"}}`, 422],
    [JSON.stringify(target.keys.secret), 422],
    ['null', 422],
    [`{"api_key":"${token()}`, 422],
    ['', 422],
  ])
  const [site, isOwnPage] = random.pick<readonly [Headers, boolean]>([
    [SAME_ORIGIN, true],
    [SAME_ORIGIN, true],
    [[['origin', url]], true],
    [[], false],
    [[['sec-fetch-site', random.pick(['cross-site', 'same-site', 'none', token()])]], false],
    [[['origin', `https://${token()}.example.com`]], false],
    [[['origin', 'null']], false],
    [[['origin', `${url}.${token()}.example.com`]], false],
    [
      [
        ['sec-fetch-site', 'cross-site'],
        ['origin', url],
      ],
      false,
    ],
  ])
  // the body is read first: what is not JSON is refused from any page
  const isJson =
    parseJson(Buffer.from(body)) !== undefined || body === JSON.stringify(target.keys.secret) || body === 'null'
  const status = isOwnPage || !isJson ? bodyStatus : 403
  const call: HttpCall = {
    method: 'POST',
    url: `${url}/auth/sign-in`,
    headers: [['content-type', 'application/json'], ...site].map(([name, value]) => [name ?? '', value ?? '']),
    body: Buffer.from(body),
  }
  return {
    summary: 'POST /auth/sign-in',
    request: () => describeCall(call),
    run: async () => {
      const response = await sendCall(call)
      if ('oracle' in response) return [response]
      const violations = checkResponse(response, new Set([status]))
      const cookie = response.headers.get('set-cookie')?.split(';')[0]
      if (response.status === 200 && status === 200) return [...violations, ...(await useSession(url, cookie ?? ''))]
      if (cookie !== undefined) violations.push(unexpected('no cookie for a refused sign-in', cookie.slice(0, 20)))
      return violations
    },
  }
}

/** Checks that the session reads only for pages of this origin, and that it is over after its end. */
async function useSession(url: string, cookie: string): Promise<Violation[]> {
  const call = async (method: string, path: string, status: number, headers: Headers) => {
    const sent = [['cookie', cookie], ...headers].map(([name, value]): [string, string] => [name ?? '', value ?? ''])
    const response = await sendCall({ method, url: `${url}${path}`, headers: sent, body: undefined })
    if ('oracle' in response) return { violations: [response], body: undefined }
    return { violations: checkResponse(response, new Set([status])), body: parseJson(response.body) }
  }
  const lead = '/leads/00000000-0000-4000-8000-000000000000/insight'
  const signedIn = await call('GET', '/auth/session', 200, [])
  const violations = [
    ...signedIn.violations,
    ...(signedIn.body?.signed_in === true ? [] : [unexpected('a session', JSON.stringify(signedIn.body))]),
    ...(await call('GET', lead, 404, SAME_ORIGIN)).violations,
    ...(await call('POST', '/auth/sign-out', 403, [['sec-fetch-site', 'cross-site']])).violations,
    ...(await call('POST', '/auth/sign-out', 200, SAME_ORIGIN)).violations,
  ]
  const after = await call('GET', '/auth/session', 200, [])
  if (after.body?.signed_in !== false)
    violations.push(unexpected('no session after sign-out', JSON.stringify(after.body)))
  return [...violations, ...after.violations]
}

function unexpected(expected: string, got: string): Violation {
  return { oracle: Oracle.Format, expected, got }
}
