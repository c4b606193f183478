import type { Random } from '../../../testkit/random.ts'
import type { Attack, Making, Mutation } from '../attack.ts'
import { mutate } from '../attack.ts'
import type { Expectation } from '../expectation.ts'
import { allowedOutcomes, demand, expectNothingYet, permit } from '../expectation.ts'
import { faultsOfAnswer } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import { hostileHeader } from './hostile-headers.ts'

/** A call that stores no lead: reads, selections, and paths and methods that are not there. */
interface CallDraft extends Expectation {
  service: 'intake' | 'triage' | 'insights'
  method: string
  methodChanged: boolean
  path: string
  query: string
  body: unknown
  readonly headers: [string, string][]
  /** What it may be answered with as it is. */
  expected: number[]
}

const NIL = '00000000-0000-0000-0000-000000000000'

/** Any other REST call, by a client that speaks HTTP well. */
export function makeRestCall(making: Making): Attack {
  const { random, target } = making
  const draft: CallDraft = {
    service: 'intake',
    method: 'GET',
    methodChanged: false,
    query: '',
    body: undefined,
    headers: [],
    ...expectNothingYet(),
    ...random.pick(CALLS)(making),
  }
  mutate(draft, CALL_MUTATIONS, making, 0.35)
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
    what: `${draft.method} ${draft.path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')}`,
    request: () => describeCall(call),
    run: async () => {
      const answer = await sendCall(call)
      return 'oracle' in answer ? [answer] : faultsOfAnswer(answer, allowed, draft.method === 'HEAD')
    },
  }
}

type Call = Partial<CallDraft> & Pick<CallDraft, 'path' | 'expected'>

const CALLS: readonly ((making: Making) => Call)[] = [
  ({ target }) => ({ path: `/leads/${target.planted.triaged}`, expected: [200] }),
  ({ target }) => ({ path: `/leads/${target.planted.dead.toUpperCase()}`, expected: [200] }),
  () => ({ path: `/leads/${NIL}`, expected: [404] }),
  ({ target }) => ({ service: 'insights', path: `/leads/${target.planted.triaged}/insight`, expected: [200] }),
  ({ target }) => ({ service: 'insights', path: `/leads/${target.planted.dead}/insight`, expected: [404] }),
  ({ target }) => ({ service: 'insights', path: `/leads/${target.planted.parked}/insight`, expected: [404] }),
  ({ random }) => ({ service: 'insights', path: `/leads/${random.uuid()}/insight`, expected: [404] }),
  ({ target, random }) => ({
    service: 'insights',
    path: `/leads/${target.planted.parked}/insight`,
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
  ({ target }) => ({ service: 'triage', path: `/dead-letters/${target.planted.dead}`, expected: [200] }),
  ({ random }) => ({ service: 'triage', path: `/dead-letters/${random.uuid()}`, expected: [404] }),
  ({ target, random }) => ({
    service: 'triage',
    method: 'POST',
    path: '/dead-letters:redrive',
    body: random.pick<unknown>([
      { lead_ids: [random.uuid()] },
      { lead_ids: [target.planted.dead], dry_run: true },
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
      { lead_ids: [target.planted.triaged], dry_run: true },
      { created_before: '0001-01-01T00:00:00Z' },
      { analyzer: 'nobody@0', intents: ['spam'], dry_run: true },
    ]),
    expected: [200],
  }),
  ({ random }) => ({ service: random.pick(['intake', 'triage', 'insights']), path: '/healthz', expected: [200] }),
  ({ random }) => ({ service: random.pick(['intake', 'triage', 'insights']), path: '/openapi.json', expected: [200] }),
  (making) => ({
    service: making.random.pick(['intake', 'triage', 'insights']),
    path: `/${strangePath(making)}`,
    expected: [404],
    permitted: new Set([302, 400, 414, 422]),
  }),
]

function strangePath({ random, token }: Making): string {
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

const WRONG: readonly ((random: Random, token: string) => unknown)[] = [
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
  { name: 'hostile header', apply: (draft, making, random) => void draft.headers.push(hostileHeader(making, random)) },
  {
    name: 'query',
    apply: (draft, making, random) => {
      draft.query = random.pick(QUERIES)(making.token())
      permit(draft, 422, 400) // many routes take no query and ignore it
    },
  },
  {
    name: 'id that is none',
    apply: (draft, making, random) => {
      const id = /[0-9a-f]{8}-[0-9a-f-]{27}/i
      if (!id.test(draft.path)) return false
      const other = random.pick([
        making.token(),
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
    name: 'other method',
    apply: (draft, _making, random) => {
      const method = random.pick(['DELETE', 'PUT', 'PATCH', 'OPTIONS', 'POST', 'HEAD', 'PROPFIND', 'QUERY', 'LOCK'])
      if (method === draft.method || draft.methodChanged) return false
      draft.methodChanged = true
      const wasGet = draft.method === 'GET'
      draft.method = method
      if (method === 'HEAD') {
        draft.body = undefined
        permit(draft, 405, 404)
        if (!wasGet) demand(draft, 405, 404)
      } else demand(draft, 405, 404, 415, 422)
      if (method === 'OPTIONS') permit(draft, 204)
    },
  },
  {
    name: 'wrong value in the body',
    apply: (draft, making, random) => {
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
      draft.body = { ...draft.body, [random.pick(names)]: random.pick(WRONG)(random, making.token()) }
      permit(draft, 422)
    },
  },
  {
    name: 'unknown field in the body',
    apply: (draft, making) => {
      if (typeof draft.body !== 'object' || draft.body === null) return false
      draft.body = { ...draft.body, [making.token()]: 1 }
      demand(draft, 422)
    },
  },
  {
    name: 'selects nothing',
    apply: (draft, _making, random) => {
      if (draft.body === undefined) return false
      draft.body = random.pick<unknown>([{}, { lead_ids: [] }, { dry_run: true }, { all: false }, [], 'all', 0])
      demand(draft, 422)
    },
  },
]
