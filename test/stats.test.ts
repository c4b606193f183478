import { randomUUID } from 'node:crypto'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, test } from 'vitest'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { GetStatsRequestSchema, StatsBreakdown, StatsInterval } from '../gen/leadtriage/insights/v1/stats_pb.ts'
import { bodyOf } from '../testkit/clients/rest.ts'
import { TRANSPORTS } from '../testkit/clients/rpc.ts'
import { eventually } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { insightOf } from './fixtures/naive-stats.ts'
import type { Outcome } from './fixtures/outcomes.ts'
import { expectSameOutcome, invalid } from './fixtures/outcomes.ts'

const stack = useStack()
const start = useServices(stack)
let insights: ServiceProcess

const [FROM, TO] = [new Date('2026-01-31T00:00:00Z'), new Date('2026-02-01T00:00:00Z')]

beforeAll(async () => {
  insights = await start('insights')
  const lead = {
    ...{ id: randomUUID(), client_id: 'website', idempotency_key: randomUUID(), request_hash: Buffer.alloc(1) },
    ...{ note: 'note', content_hash: 'hash', source: 'fair' },
    created_at: new Date('2026-01-31T12:00:00Z'),
  }
  await stack.sql`insert into leads ${stack.sql([lead, { ...lead, id: randomUUID(), idempotency_key: randomUUID() }])}`
  const insight = {
    ...insightOf(lead),
    ...{ intent: 'spam', priority: 'P3', corrected_intent: 'buy', corrected_priority: 'P1' },
    ...{ corrected_next_action: 'email', corrected_at: new Date(), created_at: new Date('2026-01-31T12:00:01Z') },
  }
  await stack.sql`insert into insights ${stack.sql(insight)}`
})

type Request = MessageInitShape<typeof GetStatsRequestSchema>

describe('statistics have the same outcome over every protocol:', () => {
  const [from, to] = [timestampFromDate(FROM), timestampFromDate(TO)]
  test.each<[string, string, Request, Partial<Outcome>]>([
    ['of the default period', '', {}, {}],
    ['of a time zone', 'time_zone=Asia/Kolkata', { timeZone: 'Asia/Kolkata' }, {}],
    ['by hour and source', 'interval=hour&breakdown=source', { interval: 1, breakdown: 1 }, {}],
    [
      'with filters',
      'source=a&source=b&client=c&language=de',
      { sources: ['a', 'b'], clients: ['c'], languages: ['de'] },
      {},
    ],
    ['with an unknown time zone', 'time_zone=Mars', { timeZone: 'Mars' }, invalid('time_zone')],
    ['with an unknown interval', 'interval=week', { interval: 9 as StatsInterval }, invalid('interval')],
    ['with an unknown breakdown', 'breakdown=email', { breakdown: 9 as StatsBreakdown }, invalid('breakdown')],
    [
      'of an empty period',
      `from=${TO.toISOString()}&to=${FROM.toISOString()}`,
      { from: to, to: from },
      invalid('from'),
    ],
  ])('%s', async (_what, query, request, expected) => {
    await expectSameOutcome(
      expected,
      () => fetch(`${insights.url}/stats?${query}`),
      (transport) => createClient(InsightsService, transport(insights.url)).getStats(request),
    )
  })

  test('with too many values, and with a parameter that does not exist', async () => {
    const sources = Array.from({ length: 21 }, (_, index) => `s${index}`)
    const rest = await bodyOf(fetch(`${insights.url}/stats?colour=red&${sources.map((s) => `source=${s}`).join('&')}`))
    expect(rest).toMatchObject({ code: 'invalid_request', errors: [{ path: 'source' }, { path: 'colour' }] })
  })
})

test('the figures are the same over every protocol', async () => {
  const figures = {
    ...{ arrivals: 2, triaged: 1, pending: 1, dead_lettered: 0, duplicates: 0, spam_share: 0 },
    intents: { buy: 1, support: 0, spam: 0, job: 0, other: 0 },
    priorities: { P0: 0, P1: 1, P2: 0, P3: 0 },
    ...{ corrected: 1, disagreements: 1, agreement: 0, latency: { p50_ms: 981, p95_ms: 981, p99_ms: 981 } },
  }
  const times = { start: FROM.toISOString(), end: TO.toISOString() }
  await eventually(async () => {
    const { total } = await bodyOf<{ total: { triaged: number } }>(
      fetch(`${insights.url}/stats?from=${times.start}&to=${times.end}`),
    )
    return total.triaged === 1 // what was stored a moment ago may not be counted yet
  })
  const query = new URLSearchParams({ from: times.start, to: times.end, breakdown: 'source' })
  expect(await bodyOf(fetch(`${insights.url}/stats?${query}`))).toEqual({
    ...{ from: times.start, to: times.end, as_of: expect.stringMatching(/^20.*Z$/) },
    total: figures,
    intervals: [{ ...times, figures }],
    groups: [{ value: 'fair', other: false, total: figures, intervals: [{ ...times, figures }] }],
    unattributed: 0,
  })
  const request = { from: timestampFromDate(FROM), to: timestampFromDate(TO), breakdown: 1 as StatsBreakdown }
  const message = {
    ...{ arrivals: 2n, triaged: 1n, pending: 1n, deadLettered: 0n, duplicates: 0n, spamShare: 0 },
    intents: { buy: 1n, support: 0n, spam: 0n, job: 0n, other: 0n },
    priorities: { p0: 0n, p1: 1n, p2: 0n, p3: 0n },
    ...{ corrected: 1n, disagreements: 1n, agreement: 0, latency: { p50Ms: 981n, p95Ms: 981n, p99Ms: 981n } },
  }
  for (const [name, transport] of TRANSPORTS) {
    const stats = await createClient(InsightsService, transport(insights.url)).getStats(request)
    expect(stats, name).toMatchObject({
      total: message,
      intervals: [{ start: timestampFromDate(FROM), end: timestampFromDate(TO), figures: message }],
      groups: [{ value: 'fair', other: false, total: message, intervals: [{ figures: message }] }],
    })
  }
})
