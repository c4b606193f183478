import { create } from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Priority } from '../../../gen/leadtriage/insights/v1/insight_pb.ts'
import { InsightFilterSchema } from '../../../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import { ANONYMOUS } from '../../../lib/auth/principal.ts'
import { AppError } from '../../../lib/errors/app-error.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import { requestObject } from '../../../lib/errors/request-schema.ts'
import type { InsightFilter } from './insight-filter.ts'
import { assertMayFilter, insightFilterSchema, needsInsight } from './insight-filter.ts'
import { toFilterInput } from './insight-filter-message.ts'
import { splitQuery, withFilterPaths } from './insight-filter-query.ts'

/** As requests have it. */
const requestSchema = requestObject({ filter: insightFilterSchema, others: z.object({}) })
const NOTHING = parseRequest(insightFilterSchema, {})

function violationsOf(parse: () => unknown): Record<string, string> {
  try {
    parse()
  } catch (error) {
    if (error instanceof AppError) return Object.fromEntries(error.violations.map((v) => [v.path, v.message]))
    throw error
  }
  return expect.unreachable()
}

function ofQuery(query: Record<string, unknown>): InsightFilter {
  try {
    return parseRequest(requestSchema, splitQuery(query)).filter
  } catch (error) {
    throw withFilterPaths(error)
  }
}

test('the same filter is parsed from a query and from a message', () => {
  const query = {
    ...{ priority: ['P0', 'P1'], intent: 'buy', next_action: 'call', stage: 'final', tag: ['pricing', 'demo'] },
    ...{ language: 'de', analyzer: 'rules@3', min_confidence: '0.5', max_confidence: '1', corrected: 'false' },
    ...{ state: ['open', 'dead_lettered'], source: 'web', client: 'website', email: 'ada@example.com', text: 'Größe' },
    ...{ created_after: '2026-01-01T00:00:00Z', created_before: '2026-02-01T00:00:00+01:00' },
  }
  const message = create(InsightFilterSchema, {
    ...{ priorities: [1, 2], intents: [1], nextActions: [1], stages: [2], tags: ['pricing', 'demo'] },
    ...{ languages: ['de'], analyzers: ['rules@3'], minConfidence: 0.5, maxConfidence: 1, corrected: false },
    ...{ states: [2, 3], sources: ['web'], clients: ['website'], email: 'ada@example.com', text: 'Größe' },
    createdAfter: { seconds: BigInt(Date.UTC(2026, 0, 1) / 1000), nanos: 0 },
    createdBefore: { seconds: BigInt(Date.UTC(2026, 0, 31, 23) / 1000), nanos: 0 },
  })
  const filter = ofQuery(query)
  expect(parseRequest(insightFilterSchema, toFilterInput(message))).toEqual(filter)
  expect(filter).toMatchObject({ priorities: ['P0', 'P1'], corrected: false, states: ['open', 'dead_lettered'] })
  expect(filter.createdBefore).toEqual(new Date('2026-01-31T23:00:00Z'))
})

test('no filter selects everything', () => {
  expect(ofQuery({})).toEqual(NOTHING)
  expect(parseRequest(insightFilterSchema, toFilterInput(create(InsightFilterSchema)))).toEqual(NOTHING)
  expect(Object.values(NOTHING).every((value) => value === undefined || (value as unknown[]).length === 0)).toBe(true)
})

test('violations name the parameters of a query, and the fields of a message', () => {
  const query = {
    priority: ['P0', 'P9'],
    min_confidence: '2',
    corrected: 'perhaps',
    text: '😀a',
    tag: '',
    state: 'new',
  }
  expect(violationsOf(() => ofQuery(query))).toEqual({
    priority: 'must be one of P0, P1, P2, P3',
    min_confidence: 'must be 0 to 1',
    corrected: 'must be true or false',
    text: 'must have at least 3 characters',
    tag: 'must not be empty',
    state: 'must be one of pending, open, dead_lettered',
  })
  const message = create(InsightFilterSchema, {
    priorities: [99 as Priority],
    tags: Array.from({ length: 21 }, () => 'a'),
  })
  expect(violationsOf(() => parseRequest(insightFilterSchema, toFilterInput(message)))).toEqual({
    'priorities[0]': 'must be one of P0, P1, P2, P3',
    tags: 'must have at most 20 values',
  })
})

test('text that no column can contain is rejected', () => {
  for (const text of ['abc\u0000', 'abc\ud800']) {
    expect(violationsOf(() => ofQuery({ text }))).toEqual({ text: expect.stringContaining('valid Unicode') })
  }
})

test('a field of the insight excludes leads without one, and no other field does', () => {
  for (const query of [{ priority: 'P0' }, { tag: 'demo' }, { corrected: 'false' }, { min_confidence: '0' }]) {
    expect(needsInsight(ofQuery(query))).toBe(true)
  }
  expect(needsInsight(ofQuery({ source: 'web', client: 'a', text: 'abc', state: 'pending' }))).toBe(false)
})

describe('a filter by personal data', () => {
  const viewer = { ...ANONYMOUS, scopes: new Set(['insights:read'] as const) }
  test.each([{ email: 'ada@example.com' }, { text: 'abc' }])('%j needs leads:read', (query) => {
    expect(() => assertMayFilter(ofQuery(query), viewer)).toThrow(
      expect.objectContaining({ code: 'permission_denied' }),
    )
    assertMayFilter(ofQuery(query), ANONYMOUS)
  })
  test('is the only one that does', () => assertMayFilter(ofQuery({ source: 'web' }), viewer))
})
