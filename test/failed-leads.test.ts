import { randomUUID } from 'node:crypto'
import { Code, createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, test } from 'vitest'
import { ErrorInfoSchema, RetryInfoSchema } from '../gen/google/rpc/error_details_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { InsightBody, ProblemBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight } from '../testkit/clients/rest.ts'
import { failureOf, TRANSPORTS } from '../testkit/clients/rpc.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const stack = useStack()
const start = useServices(stack)
let url: string

beforeAll(async () => {
  // without intake and triage the rows written here do not change
  ;({ url } = await start('insights'))
})

/** Longer than the timeout of a test: a wait that does not end early fails it. */
const LONG_WAIT = { seconds: 60n }

async function writeLead(generation = 1): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, generation)
    values (${id}, 'test', ${randomUUID()}, '\\x00', 'note', 'hash', ${generation})`
  return id
}

async function writeLetter(leadId: string, reason = 'failed', generation = 1, retryAt: string | null = null) {
  await stack.sql`
    insert into dead_letters (lead_id, generation, reason, error, attempts, retry_at)
    values (${leadId}, ${generation}, ${reason}, 'the error of the last attempt', 5, ${retryAt}::timestamptz)`
}

async function writeInsight(leadId: string, generation: number, stage: string) {
  await stack.sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    values (${leadId}, ${randomUUID()}, ${generation}, ${stage}, ${'0'.repeat(64)}, 'buy', 'P2', 'email', 0.5, '{}', '[]',
            'en', 'test@1')`
}

describe.each(TRANSPORTS)('GetInsight over %s', (_name, transport) => {
  const client = () => createClient(InsightsService, transport(url))

  test.each(['failed', 'delivery_limit'])(
    'fails immediately, without retry info, for a dead letter (%s)',
    async (reason) => {
      const leadId = await writeLead()
      await writeLetter(leadId, reason)
      for (const wait of [{ seconds: 0n }, LONG_WAIT]) {
        const error = await failureOf(client().getInsight({ leadId, wait }))
        expect(error.code).toBe(Code.NotFound)
        expect(error.rawMessage).toContain(`(${reason})`)
        expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
          { reason: 'INSIGHT_FAILED', metadata: { dead_letter_reason: reason } },
        ])
        expect(error.findDetails(RetryInfoSchema)).toEqual([])
        expect(error.metadata.get('retry-after')).toBeNull()
      }
    },
  )

  test('stops waiting when the lead becomes a dead letter', async () => {
    const leadId = await writeLead()
    const waiting = failureOf(client().getInsight({ leadId, wait: LONG_WAIT }))
    await writeLetter(leadId)
    expect((await waiting).findDetails(ErrorInfoSchema)).toMatchObject([{ reason: 'INSIGHT_FAILED' }])
  })
})

describe('GET insight over REST', () => {
  test('returns a problem with the reason, without Retry-After, for a dead letter', async () => {
    const leadId = await writeLead()
    await writeLetter(leadId, 'delivery_limit')
    const response = await getInsight(url, leadId, '60s')
    expect(response.status).toBe(404)
    expect(response.headers.get('retry-after')).toBeNull()
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({
      code: 'insight_failed',
      dead_letter_reason: 'delivery_limit',
      detail: expect.stringContaining('(delivery_limit)'),
    })
  })

  test('stops waiting when the lead becomes a dead letter', async () => {
    const leadId = await writeLead()
    const waiting = getInsight(url, leadId, '60s')
    await writeLetter(leadId)
    expect(await bodyOf<ProblemBody>(waiting)).toMatchObject({ code: 'insight_failed' })
  })

  test.each([
    ['parked', 1, '2100-01-01T00:00:00Z'],
    ['redriven', 1, '2020-01-01T00:00:00Z'],
    ['retriaged after it failed', 2, null],
  ])('returns insight_pending for a lead that was %s', async (_what, generation, retryAt) => {
    const leadId = await writeLead(generation)
    await writeLetter(leadId, retryAt === null ? 'failed' : 'parked', 1, retryAt)
    const response = await getInsight(url, leadId, '0s')
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({ code: 'insight_pending' })
  })

  test.each([
    ['one of the previous generation', 1, 'final', 2],
    ['a provisional one', 1, 'provisional', 1],
  ])('returns the stored insight when the next one could not be made: %s', async (_what, generation, stage, failed) => {
    const leadId = await writeLead(failed)
    await writeInsight(leadId, generation, stage)
    await writeLetter(leadId, 'failed', failed)
    const response = await getInsight(url, leadId, '60s')
    expect(response.status).toBe(200)
    expect(await bodyOf<InsightBody>(response)).toMatchObject({ lead_id: leadId, generation, stage })
  })
})
