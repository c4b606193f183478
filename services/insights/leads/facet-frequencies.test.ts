import { afterAll, beforeAll, expect, test } from 'vitest'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createFacetFrequencies } from './facet-frequencies.ts'

const stack = useStack()
const frequencies = createFacetFrequencies(stack.sql)
const LEADS = 2_000

beforeAll(async () => {
  await stack.sql`truncate leads cascade`
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
    select gen_random_uuid(), 'a', gen_random_uuid(), '\\x00', 'note ' || i, 'hash', now() from generate_series(1, ${LEADS}::int) i`
  await stack.sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer, client_id, received_at)
    select id, id, 1, 'final', 'hash', 'buy', 'P1', 'email', 0.5, case when note like '%00' then '{rare}'::text[] else '{}' end,
           '[]', 'en', 'a@1', 'a', created_at
    from leads`
  await stack.sql`analyze insights`
  await frequencies.sample()
})
afterAll(() => stack.sql`truncate leads cascade`)

test.each([
  ['a facet of all insights', { all: ['i:buy'], anyOf: [] }, LEADS],
  ['the rarest of facets', { all: ['i:buy', 'rare', 'p:P1'], anyOf: [] }, LEADS / 100],
  ['alternatives together', { all: [], anyOf: [['rare', 'i:buy']] }, LEADS],
  ['the rarest group of alternatives', { all: ['i:buy'], anyOf: [['rare', 'i:spam']] }, LEADS / 100],
])('the number of insights with %s is about right', (_what, query, expected) => {
  expect(frequencies.insightsWith(query)).toBeGreaterThan(expected * 0.9)
  expect(frequencies.insightsWith(query)).toBeLessThan(expected * 1.1)
})

test('the expected matches are those of facets that occur independently', () => {
  const expected = frequencies.expectedMatches({ all: ['i:buy', 'rare'], anyOf: [['rare', 'p:P1']] })
  expect(expected).toBeGreaterThan((LEADS / 100) * 0.9)
  expect(expected).toBeLessThan((LEADS / 100) * 1.1)
  expect(frequencies.expectedMatches({ all: ['rare', 'rare'], anyOf: [] })).toBeLessThan(LEADS / 5_000)
})

test('a facet that is not in the sample counts as one insight of it at most', () => {
  expect(frequencies.insightsWith({ all: ['vip'], anyOf: [] })).toBeLessThanOrEqual(1)
})

test('before the first sample, every facet counts as frequent, so that no search looks through all days at once', () => {
  const unknown = createFacetFrequencies(stack.sql)
  expect(unknown.insightsWith({ all: ['rare'], anyOf: [] })).toBe(Number.POSITIVE_INFINITY)
  expect(unknown.expectedMatches({ all: ['rare'], anyOf: [] })).toBe(Number.POSITIVE_INFINITY)
})
