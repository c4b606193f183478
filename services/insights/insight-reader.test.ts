import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createInsightReader } from './insight-reader.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'insight-reader.test',
  maxConnections: 2,
  log: captureLog().log,
})
afterAll(() => sql.end())
const reader = createInsightReader(sql)

test('batched look-ups return results in order: with and without an insight, repeated, and of unknown leads', async () => {
  const [one, other, none] = [randomUUID(), randomUUID(), randomUUID()]
  for (const [leadId, intent] of [
    [one, 'buy'],
    [other, 'spam'],
  ] as const) {
    await stack.sql`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                            reasons, language, analyzer)
      values (${leadId}, ${randomUUID()}, 1, 'final', ${'0'.repeat(64)}, ${intent}, 'P2', 'email', 0.5, '{}', '[]', 'en', 'test@1')`
  }
  const pending = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${pending}, 'test', ${randomUUID()}, '\\x00', 'note', 'hash')`
  const found = await reader.lookUpAll([other, none, one, pending, other])
  expect(found.map(({ insight }) => insight?.intent)).toEqual(['spam', undefined, 'buy', undefined, 'spam'])
  expect(found.map(({ insight }) => insight?.leadId)).toEqual([other, undefined, one, undefined, other])
  expect(found.map(({ leadExists }) => leadExists)).toEqual([true, false, true, true, true])
})
