import type { Random } from '../../../testkit/random.ts'
import type { CaseContext, Expectation, Mutation, TestCase } from '../fuzzer.ts'
import { allowedOutcomes, demand, mutate, noExpectation, permit } from '../fuzzer.ts'
import { checkResponse } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import { hostileHeader } from './hostile-headers.ts'
import { ACCESS_CALLS } from './rest-access-calls.ts'
import { READ_CALLS } from './rest-read-calls.ts'

/** A call that stores no lead. */
interface CallDraft extends Expectation {
  service: 'intake' | 'triage' | 'insights'
  method: string
  methodChanged: boolean
  path: string
  query: string
  body: unknown
  readonly headers: [string, string][]
  /** Statuses that it may get without mutations. */
  expected: number[]
}

const NIL = '00000000-0000-0000-0000-000000000000'

/** Any other REST call, with valid HTTP. */
export function generateRestCall(context: CaseContext): TestCase {
  const { random, target } = context
  const draft: CallDraft = {
    service: 'intake',
    method: 'GET',
    methodChanged: false,
    query: '',
    body: undefined,
    headers: [],
    ...noExpectation(),
    ...random.pick(random.pick([CALLS, CALLS, CALLS, ACCESS_CALLS, ACCESS_CALLS, READ_CALLS, READ_CALLS, READ_CALLS]))(
      context,
    ),
  }
  mutate(draft, CALL_MUTATIONS, context, 0.35)
  const call: HttpCall = {
    method: draft.method,
    url: `${target.services[draft.service].url}${draft.path}${draft.query}`,
    headers: [
      ...draft.headers,
      ...(draft.body === undefined ? [] : [['content-type', 'application/json'] as const]),
    ].map(([name, value]) => [name, value]),
    body: draft.body === undefined ? undefined : Buffer.from(JSON.stringify(draft.body)),
  }
  const allowed = allowedOutcomes(draft, draft.expected)
  return {
    summary: `${draft.method} ${draft.path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')}`,
    request: () => describeCall(call),
    run: async () => {
      const response = await sendCall(call)
      return 'oracle' in response ? [response] : checkResponse(response, allowed, draft.method === 'HEAD')
    },
  }
}

export type Call = Partial<CallDraft> & Pick<CallDraft, 'path' | 'expected'>

const CALLS: readonly ((context: CaseContext) => Call)[] = [
  ({ target }) => ({ path: `/leads/${target.seeded.triaged}`, expected: [200] }),
  ({ target }) => ({ path: `/leads/${target.seeded.dead.toUpperCase()}`, expected: [200] }),
  () => ({ path: `/leads/${NIL}`, expected: [404] }),
  ({ target }) => ({ service: 'insights', path: `/leads/${target.seeded.triaged}/insight`, expected: [200] }),
  ({ target }) => ({ service: 'insights', path: `/leads/${target.seeded.dead}/insight`, expected: [404] }),
  ({ target }) => ({ service: 'insights', path: `/leads/${target.seeded.parked}/insight`, expected: [404] }),
  ({ random }) => ({ service: 'insights', path: `/leads/${random.uuid()}/insight`, expected: [404] }),
  ({ target, random }) => ({
    service: 'insights',
    path: `/leads/${target.seeded.parked}/insight`,
    query: random.pick(['?wait=50ms', '?wait=0', '?wait=0.01s', '?wait=1ms']),
    expected: [404],
  }),
  () => ({ service: 'triage', path: '/queue', expected: [200] }),
  () => ({ service: 'triage', path: '/dead-letters', expected: [200] }),
  ({ random }) => ({
    service: 'triage',
    path: '/dead-letters',
    query: random.pick([
      '?page_size=1',
      '?state=parked',
      '?state=all&reason=failed',
      '?failed_after=2026-01-01T00:00:00Z',
    ]),
    expected: [200],
  }),
  ({ target }) => ({ service: 'triage', path: `/dead-letters/${target.seeded.dead}`, expected: [200] }),
  ({ random }) => ({ service: 'triage', path: `/dead-letters/${random.uuid()}`, expected: [404] }),
  ({ target, random }) => ({
    service: 'triage',
    method: 'POST',
    path: '/dead-letters:redrive',
    body: random.pick<unknown>([
      { lead_ids: [random.uuid()] },
      { lead_ids: [target.seeded.dead], dry_run: true },
      { all: true, state: 'all', dry_run: true },
      { reason: 'failed', dry_run: true },
    ]),
    expected: [200],
  }),
  ({ target, random }) => ({
    method: 'POST',
    path: '/leads:retriage',
    body: random.pick<unknown>([
      { lead_ids: [random.uuid(), random.uuid()] },
      { lead_ids: [target.seeded.triaged], dry_run: true },
      { created_before: '0001-01-01T00:00:00Z' },
      { analyzer: 'unknown@0', intents: ['spam'], dry_run: true },
    ]),
    expected: [200],
  }),
  ({ random }) => ({ service: random.pick(['intake', 'triage', 'insights']), path: '/healthz', expected: [200] }),
  ({ random }) => ({ service: random.pick(['intake', 'triage', 'insights']), path: '/openapi.json', expected: [200] }),
  (context) => ({
    service: context.random.pick(['intake', 'triage', 'insights']),
    path: `/${unusualPath(context)}`,
    expected: [404],
    permitted: new Set([302, 400, 414, 422]),
  }),
]

function unusualPath({ random, token }: CaseContext): string {
  return random.pick([
    token(),
    `leads/${token()}/${token()}`,
    'docs/..%2f..%2f..%2fetc%2fpasswd',
    `docs/static/%2e%2e/%2e%2e/${token()}`,
    `leads%00${token()}`,
    `%ff%fe${token()}`,
    `%c0%af${token()}`,
    `%zz${token()}`,
    `leads/;${token()}`,
    `${'a/'.repeat(500)}${token()}`,
    `${'x'.repeat(8_000)}${token()}`,
    `.git/config?${token()}`,
    `leads:${token()}`,
    `leads::import`,
    `grpc.health.v1.Health/Check`,
    `documentation/${token()}`,
    `*`,
    `https://${token()}.example.com/`,
  ])
}

const WRONG_VALUES: readonly ((random: Random, token: string) => unknown)[] = [
  (_random, token) => token,
  () => null,
  () => 1.5,
  () => -1,
  () => [],
  () => [null],
  () => ({ a: 1 }),
  (_random, token) => [token],
  () => '0000-00-00T00:00:00Z',
  () => '+010000-01-01T00:00:00Z',
  () => '9'.repeat(400),
  () => '\u0000',
  () => '\ud800',
]

const QUERIES: readonly ((token: string) => string)[] = [
  (token) => `?${token}=${token}`,
  (token) => `?wait=${token}`,
  () => '?wait=-1',
  () => '?wait=61s',
  () => '?wait=1e3',
  () => '?wait=1&wait=2',
  () => '?wait[]=1',
  () => '?page_size=-1',
  () => '?page_size=1e999',
  (token) => `?page_size=${token}`,
  () => '?page_size=1&page_size=2',
  (token) => `?page_token=${token}`,
  () => `?page_token=${Buffer.from('["x",["2026-01-01T00:00:00Z","y"]]').toString('base64url')}`,
  () => '?page_token=%00',
  () => '?state=dead&state=all',
  (token) => `?reason=${token}`,
  () => '?failed_after=2026-13-45',
  () => '?failed_before=%ff%00',
  () => '?__proto__=1&constructor=2&hasOwnProperty=3',
  () => `?${'a=1&'.repeat(2_000)}`,
  () => '?%',
  () => '?=&&==&',
  (token) => `?#${token}`,
]

const CALL_MUTATIONS: readonly Mutation<CallDraft>[] = [
  {
    name: 'hostile header',
    apply: (draft, context, random) => void draft.headers.push(hostileHeader(context, random)),
  },
  {
    name: 'query',
    apply: (draft, context, random) => {
      if (draft.query !== '' && draft.expected.includes(422)) return false // would repair it
      draft.query = random.pick(QUERIES)(context.token())
      permit(draft, 422, 400) // routes without query parameters ignore them
    },
  },
  {
    name: 'invalid id',
    apply: (draft, context, random) => {
      const id = /[0-9a-f]{8}-[0-9a-f-]{27}/i
      if (!id.test(draft.path)) return false
      const other = random.pick([
        context.token(),
        `${NIL}0`,
        NIL.slice(1),
        '%00',
        '%ff',
        '%f0%9f%99%82',
        `${'x'.repeat(3_000)}`,
        "' or 1=1 --",
        `{${NIL}}`,
      ])
      draft.path = draft.path.replace(id, () => other)
      demand(draft, 422, 404, 400, 414)
    },
  },
  {
    name: 'wrong method',
    apply: (draft, _making, random) => {
      const method = random.pick(['DELETE', 'PUT', 'PATCH', 'OPTIONS', 'POST', 'HEAD', 'PROPFIND', 'QUERY', 'LOCK'])
      if (method === draft.method || draft.methodChanged) return false
      if (draft.path.startsWith('/forms/')) return false // a form with the key `thank-you`
      if (method === 'DELETE' && draft.path.includes(`/leads/`)) return false // erases a lead of other cases
      draft.methodChanged = true
      const wasGet = draft.method === 'GET'
      draft.method = method
      if (method === 'HEAD') {
        draft.body = undefined
        permit(draft, 405, 404)
        if (draft.path === '/insights:export') permit(draft, 200) // the stream is not opened, so the query is not read
        if (!wasGet) demand(draft, 405, 404, ...(draft.path === '/keys' ? [200] : [])) // keys are also listed
      } else demand(draft, 405, 404, 415, 422)
      if (method === 'OPTIONS') permit(draft, 204)
    },
  },
  {
    name: 'wrong value in the body',
    part: 'body',
    apply: (draft, context, random) => {
      if (typeof draft.body !== 'object' || draft.body === null) return false
      const names = [
        'lead_ids',
        'all',
        'dry_run',
        'state',
        'reason',
        'failed_after',
        'created_after',
        'intents',
        'analyzer',
      ]
      draft.body = { ...draft.body, [random.pick(names)]: random.pick(WRONG_VALUES)(random, context.token()) }
      permit(draft, 422)
    },
  },
  {
    name: 'unknown field in the body',
    part: 'body',
    apply: (draft, context) => {
      if (typeof draft.body !== 'object' || draft.body === null) return false
      draft.body = { ...draft.body, [context.token()]: 1 }
      demand(draft, 422)
    },
  },
  {
    name: 'empty selection',
    part: 'body',
    apply: (draft, _making, random) => {
      if (draft.body === undefined || draft.path.endsWith(':rotate')) return false // without a body, it rotates
      draft.body = random.pick<unknown>([{}, { lead_ids: [] }, { dry_run: true }, { all: false }, [], 'all', 0])
      demand(draft, 422)
    },
  },
]
