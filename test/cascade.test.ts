import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  goodAnswer,
  type ModelServer,
  sendCompletion,
  sendJson,
  startModelServer,
} from '../testkit/analyzers/model-server.ts'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import { type ServiceProcess, useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const stack = useStack()
const start = useServices(stack)
let model: ModelServer
let intake: ServiceProcess
let insights: ServiceProcess

beforeAll(async () => {
  model = await startModelServer((request, response) => sendCompletion(response, goodAnswer(request)))
  ;[intake, insights] = await Promise.all([start('intake'), start('insights')])
})
afterAll(() => model.close())

const startTriage = (env: Record<string, string> = {}) =>
  start('triage', {
    ANALYZER: 'cascade',
    CASCADE_CONFIDENCE: '1',
    LLM_BASE_URL: model.url,
    LLM_MODEL: 'imitated',
    LLM_PRICE_PER_MILLION_INPUT: '1',
    ...env,
  })

const send = async (note: string) => (await bodyOf<LeadBody>(postLead(intake.url, { note }))).id

async function stored(leadId: string) {
  const [row] = await stack.sql`select stage, analyzer, intent, tags, usage from insights where lead_id = ${leadId}`
  return row
}

const becomes = (leadId: string, stage: string) =>
  eventually(async () => (await stored(leadId))?.stage === stage, 20_000)

test('the rules give a provisional insight at once, and the model replaces it', async () => {
  const held: (() => void)[] = []
  model.behave((request, response) => held.push(() => sendCompletion(response, goodAnswer(request))))
  const triage = await startTriage()
  const leadId = await send('Could we get a demo for our team of 12?')
  const first = await bodyOf<{ stage: string; analyzer: string; intent: string }>(
    getInsight(insights.url, leadId, '10s'),
  )
  expect(first).toMatchObject({ stage: 'provisional', analyzer: 'rules@3', intent: 'buy' })

  await eventually(async () => held.length > 0)
  for (const answer of held) answer()
  await becomes(leadId, 'final')
  expect(await stored(leadId)).toMatchObject({
    analyzer: 'llm-imitated@1',
    intent: 'support',
    usage: { inputTokens: 1000 },
  })
  await triage.kill('SIGTERM')
})

test('a rule result above the confidence threshold is final, and the model is not called', async () => {
  model.behave((request, response) => sendCompletion(response, goodAnswer(request)))
  const triage = await startTriage({ CASCADE_CONFIDENCE: '0.01' })
  const leadId = await send('Please send us a quotation.')
  await becomes(leadId, 'final')
  expect(await stored(leadId)).toMatchObject({ analyzer: 'rules@3', usage: null })
  expect(model.requests).toHaveLength(0)
  await triage.kill('SIGTERM')
})

test('while the model is unreachable, for longer than the maximum deliveries, leads keep their provisional insights; afterwards all become final', async () => {
  model.behave((_, response) => sendJson(response, 503, { error: { message: 'no model today' } }))
  const triage = await startTriage({ LLM_CONCURRENCY: '2' }) // TRIAGE_MAX_DELIVERIES is 5
  const leads = await Promise.all(Array.from({ length: 40 }, (_, i) => send(`I cannot log in since ${i} days.`)))
  const letters = () =>
    stack.sql<{ attempts: number; waits: boolean }[]>`
      select attempts, retry_at > now() as waits from dead_letters where lead_id = any(${leads}::uuid[])`
  const allParked = () =>
    eventually(async () => {
      const rows = await letters()
      return rows.length === leads.length && rows.every(({ waits }) => waits)
    }, 30_000)
  for (let waits = 0; waits < 7; waits += 1) {
    await allParked()
    expect(new Set((await letters()).map(({ attempts }) => attempts))).toEqual(new Set([0]))
    await stack.sql`update dead_letters set retry_at = now()` // due
  }
  await allParked()
  const late = await send('And I cannot log in either.')
  expect((await getInsight(insights.url, late, '5s')).status).toBe(200)
  for (const leadId of leads) expect(await stored(leadId)).toMatchObject({ stage: 'provisional', analyzer: 'rules@3' })

  model.behave((request, response) => sendCompletion(response, goodAnswer(request)))
  await eventually(async () => {
    await stack.sql`update dead_letters set retry_at = now() where retry_at > now()`
    const rows = await stack.sql`
      select from insights where lead_id = any(${[...leads, late]}::uuid[]) and stage = 'final'`
    return rows.length === leads.length + 1
  }, 60_000)
  expect(await letters()).toEqual([])
  await triage.kill('SIGTERM')
}, 300_000)

test('a lead whose note the model rejects keeps its provisional insight and gets a dead letter; a redrive makes it final', async () => {
  model.behave((_, response) => sendJson(response, 400, { error: { message: 'no' } }))
  const triage = await startTriage()
  const leadId = await send('I cannot log in since yesterday.')
  const [letter] = await eventually(async () => {
    const rows = await stack.sql`select reason, error from dead_letters where lead_id = ${leadId}`
    return rows.length > 0 ? rows : undefined
  }, 20_000)
  expect(letter).toMatchObject({ reason: 'failed', error: expect.stringMatching(/^the model server returned 400/) })
  expect(await stored(leadId)).toMatchObject({ stage: 'provisional', analyzer: 'rules@3' })

  model.behave((request, response) => sendCompletion(response, goodAnswer(request)))
  const redrive = await fetch(`${triage.url}/dead-letters:redrive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lead_ids: [leadId] }),
  })
  expect(redrive.status).toBe(200)
  await becomes(leadId, 'final')
  expect(await stack.sql`select from dead_letters where lead_id = ${leadId}`).toHaveLength(0)
  await triage.kill('SIGTERM')
}, 60_000)

test('a model server that is busy for long does not delay the first insight of the next leads', async () => {
  model.behave((_, response) => sendJson(response, 429, {}, { 'retry-after': '600' }))
  const triage = await startTriage({ LLM_CONCURRENCY: '1' })
  const leads = await Promise.all(Array.from({ length: 12 }, (_, i) => send(`The export fails, number ${i}`)))
  for (const leadId of leads) expect((await getInsight(insights.url, leadId, '20s')).status).toBe(200)
  await eventually(async () => {
    const rows =
      await stack.sql`select from dead_letters where lead_id = any(${leads}::uuid[]) and retry_at is not null`
    return rows.length === leads.length
  }, 20_000)
  await triage.kill('SIGTERM')
}, 60_000)

test('the same note is paid for once, and the daily budget is not exceeded', async () => {
  model.behave((request, response) => sendCompletion(response, goodAnswer(request)))
  await stack.sql`delete from model_spending`
  const triage = await startTriage({ LLM_DAILY_BUDGET: '0.002' })
  const note = `My invoice is wrong, ${randomUUID()}`
  for (const leadId of [await send(note), await send(note)]) {
    await becomes(leadId, 'final')
    expect(await stored(leadId)).toMatchObject({ analyzer: 'llm-imitated@1' })
  }
  expect(model.requests).toHaveLength(1)
  await becomes(await send('And the next one is wrong too.'), 'final')
  const late = await send('The third one as well.')
  await becomes(late, 'final')
  expect(model.requests).toHaveLength(2)
  expect(await stored(late)).toMatchObject({
    analyzer: 'rules@3',
    tags: expect.arrayContaining(['model-budget-spent']),
  })
  await triage.kill('SIGTERM')
}, 60_000)

test('a worker with ANALYZER=llm and without LLM_BASE_URL exits with code 1', async () => {
  await expect(start('triage', { ANALYZER: 'llm' })).rejects.toThrow('exit code 1')
})
