import type { CaseContext } from '../fuzzer.ts'
import type { Call } from './rest-calls.ts'

/* REST calls that list, search, count, export and correct insights. */

type Query = readonly [query: string, expected: number]

const FILTERS: readonly ((token: string) => Query)[] = [
  () => ['', 200],
  () => ['?priority=P0&priority=P1&intent=buy', 200],
  (token) => [`?tag=${token}&source=${token}&client=${token}`, 200],
  (token) => [`?text=${token}`, 200],
  (token) => [`?email=${token}@EXAMPLE.com`, 200],
  () => ['?text=%F0%9F%9A%80%F0%9F%9A%80%F0%9F%9A%80', 200],
  () => ["?text=100%25_%5C'%22", 200],
  () => ['?created_after=2026-01-01T00:00:00Z&created_before=2026-01-01T00:00:01Z', 200],
  () => ['?min_confidence=0.5&corrected=false&stage=final', 200],
  () => ['?state=pending&state=dead_lettered', 200],
  () => [`?${'source=a&'.repeat(20)}`, 200],
  () => [`?${'source=a&'.repeat(21)}`, 422],
  () => [`?${'tag=a&'.repeat(2_000)}`, 422],
  () => ['?min_confidence=0.9&max_confidence=0.1', 422],
  () => ['?min_confidence=NaN', 422],
  () => ['?created_after=2026-01-02T00:00:00Z&created_before=2026-01-01T00:00:00Z', 422],
  () => ['?created_after=-271821-04-20T00:00:00Z', 422],
  () => ['?priority=P9', 422],
  () => ['?text=ab', 422],
  () => ['?source=', 422],
  () => ['?tag=%00', 422],
  () => ['?corrected=maybe', 422],
  () => ['?priority[]=P0', 422],
  (token) => [`?source=${token}&${token}=1`, 422],
  () => [`?text=${'x'.repeat(201)}`, 422],
]

const LISTS: readonly ((token: string) => Query)[] = [
  ...FILTERS,
  () => ['?page_size=1&order=newest&count=true', 200],
  () => ['?page_size=100000&order=oldest', 200],
  () => ['?order=fastest', 422],
  () => ['?order=newest&order=oldest', 422],
  () => ['?count=yes', 422],
  (token) => [`?page_token=${token}`, 422],
  () => [`?page_token=${encoded(['', ['P0', '2026-01-01T00:00:00Z', 'x']])}`, 422],
  () => [`?page_token=${encoded([['', '+275760-09-13T00:00:00Z', NIL]])}`, 422],
]

const STATS: readonly ((token: string) => Query)[] = [
  () => ['', 200],
  () => ['?interval=hour&breakdown=source', 200],
  () => ['?time_zone=Asia/Kathmandu&breakdown=language', 200],
  (token) => [`?source=${token}&client=${token}&language=de`, 200],
  () => ['?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 422],
  () => ['?from=0001-01-01T00:00:00Z', 422],
  () => ['?from=9998-12-31T23:59:59Z&to=9999-12-31T23:59:59Z', 422],
  () => ['?interval=hour&from=2020-01-01T00:00:00Z', 422],
  () => ['?interval=second', 422],
  (token) => [`?time_zone=${token}`, 422],
  () => ['?time_zone=%2B01:00', 422],
  () => [`?time_zone=${'Europe/'.repeat(1_000)}`, 422],
  () => ['?breakdown=note', 422],
  () => [`?${'source=a&'.repeat(21)}`, 422],
]

const CORRECTIONS: readonly ((token: string) => Query)[] = [
  () => ['', 200],
  () => ['?page_size=1&created_after=2026-01-01T00:00:00Z', 200],
  () => ['?created_before=0001-01-01T00:00:00Z', 200],
  () => ['?created_before=soon', 422],
  (token) => [`?page_token=${token}`, 422],
  () => ['?intent=buy', 422],
]

const NEW_CORRECTIONS: readonly ((token: string) => readonly [body: unknown, expected: number])[] = [
  (token) => [{ intent: 'support', priority: 'P2', comment: `${token}\u{1f600}\u202e` }, 201],
  (token) => [{ next_action: 'call', comment: token }, 201],
  () => [{ spam: true }, 201],
  () => [{ spam: false, priority: 'P1' }, 201],
  (token) => [{ comment: token }, 422],
  () => [{ spam: true, intent: 'buy' }, 422],
  () => [{ spam: false, intent: 'spam' }, 422],
  () => [{ intent: 'spam', next_action: 'call' }, 422],
  () => [{ intent: 'toString' }, 422],
  () => [{ intent: ['buy'] }, 422],
  () => [{ spam: 'true' }, 422],
  (token) => [{ spam: true, request_id: token }, 422],
  (token) => [{ spam: true, comment: `${token}\u0000` }, 422],
  (token) => [{ spam: true, comment: token.padEnd(2_001, 'x') }, 422],
]

const NIL = '00000000-0000-0000-0000-000000000000'

function encoded(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

const query = (path: string, queries: readonly ((token: string) => Query)[]) => {
  return ({ random, token }: CaseContext): Call => {
    const [text, expected] = random.pick(queries)(token())
    return { service: 'insights', path, query: text, expected: [expected] }
  }
}

export const READ_CALLS: readonly ((context: CaseContext) => Call)[] = [
  query('/insights', LISTS),
  query('/insights', FILTERS),
  query('/insights:export', FILTERS),
  ({ random }) => ({
    service: 'insights',
    path: '/insights:export',
    ...random.pick([
      { query: '?format=ndjson', expected: [200] },
      { query: '?format=xml', expected: [422] },
      { query: '?format=csv&format=csv', expected: [422] },
      { query: '?page_size=1', expected: [422] },
    ]),
  }),
  query('/stats', STATS),
  query('/corrections', CORRECTIONS),
  ({ target, random }) => ({
    service: 'insights',
    ...random.pick([
      { path: `/leads/${target.seeded.triaged}/overview`, expected: [200] },
      { path: `/leads/${target.seeded.dead}/overview`, expected: [200] },
      { path: `/leads/${target.seeded.parked.toUpperCase()}/overview`, expected: [200] },
      { path: `/leads/${target.seeded.erased}/overview`, expected: [404] },
      { path: `/leads/${random.uuid()}/overview`, expected: [404] },
    ]),
  }),
  ({ target, random, token }) => {
    const [body, expected] = random.pick(NEW_CORRECTIONS)(token())
    const { triaged, dead, parked, erased } = target.seeded
    const [lead, found] = random.pick([
      ...[triaged, triaged, triaged].map((id) => [id, expected] as const),
      ...[dead, parked, erased, random.uuid()].map((id) => [id, 404] as const),
    ])
    return {
      service: 'insights',
      method: 'POST',
      path: `/leads/${lead}/corrections`,
      body,
      expected: [expected === 422 ? 422 : found],
    }
  },
]
