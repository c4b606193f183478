import { randomUUID } from 'node:crypto'
import { jetstream } from '@nats-io/jetstream'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ensureTriageConsumer } from '../../../../lib/jetstream/topology.ts'
import type { DeadLetterCause } from '../../../../lib/mailbox/delivery.ts'
import type { Mailbox } from '../../../../lib/mailbox/mailbox.ts'
import { createMailbox } from '../../../../lib/mailbox/mailbox.ts'
import { createMetrics } from '../../../../lib/telemetry/metrics.ts'
import type { Behaviour, ModelServer } from '../../../../testkit/analyzers/model-server.ts'
import { noteOf, sendCompletion, sendJson, startModelServer } from '../../../../testkit/analyzers/model-server.ts'
import { captureLog } from '../../../../testkit/captured-log.ts'
import { eventually } from '../../../../testkit/eventually.ts'
import { attemptsInMemory } from '../../../../testkit/fakes.ts'
import { useNats } from '../../../../testkit/fixtures/nats.ts'
import { useStack } from '../../../../testkit/fixtures/stack.ts'
import { createRuleAnalyzer } from '../rules/rule-analyzer.ts'
import { createModelCalls } from './call-model.ts'
import { createChat } from './chat.ts'
import { createLlmAnalyzer } from './llm-analyzer.ts'
import { createTokenLimit } from './token-limit.ts'

/*
 * Servers quote requests in their error messages, and requests contain notes. No note may reach a log or a dead letter.
 */

const NOTE = 'Velvet-Elephant has not been paid; Velvet-Elephant waits.'

const stack = useStack()
const nats = useNats()
const mailboxes: Mailbox[] = []
let server: ModelServer
beforeAll(async () => {
  server = await startModelServer(() => undefined)
  await ensureTopology()
})
afterEach(() => Promise.all(mailboxes.splice(0).map((mailbox) => mailbox.drain(0))))
afterAll(() => server.close())

const ensureTopology = () =>
  ensureTriageConsumer(nats, { names: stack.names, replicas: 1, keptInsights: 1_000, ackWaitMs: 30_000 })

function createAnalyzer() {
  const model = 'imitated'
  return createLlmAnalyzer({
    model,
    callModel: createModelCalls({
      chat: createChat({ baseUrl: server.url, apiKey: undefined, model, timeoutMs: 5_000 }),
      concurrency: 1,
    }),
    tokens: createTokenLimit(0),
    maskPersonal: true,
    prices: { input: 0, output: 0 },
    dailyBudget: 0,
    spending: { today: async () => 0, add: async () => undefined },
    answers: { find: async () => undefined },
    fallback: createRuleAnalyzer(),
  })
}

/** Has a mailbox dead-letter a lead with the note. @returns the cause, and everything that was logged */
async function deadLetter({
  maxDeliveries,
}: {
  maxDeliveries: number
}): Promise<{ letter: DeadLetterCause; logged: string }> {
  const { log, text } = captureLog()
  const letters: DeadLetterCause[] = []
  const analyzer = createAnalyzer()
  const mailbox = createMailbox({
    nats,
    stream: stack.names.leadsStream,
    consumer: stack.names.triageConsumer,
    ensureTopology,
    ackWaitMs: 30_000,
    maxInFlight: 1,
    maxDeliveries,
    decode: ({ data }) => Buffer.from(data).toString(),
    attemptTracker: attemptsInMemory<string>(),
    handle: async ({ event: note }, signal) => void (await analyzer.analyze({ note, receivedAt: new Date() }, signal)),
    deadLetter: async (_delivery, cause) => void letters.push(cause),
    log,
    metrics: createMetrics('test'),
  })
  mailboxes.push(mailbox)
  mailbox.start()
  await jetstream(await nats.first()).publish(stack.names.leadReceived(randomUUID()), NOTE)
  const letter = await eventually(() => letters[0], 20_000)
  await eventually(() => /dead-lettered a message|waits for capacity/.test(text()))
  return { letter, logged: text() }
}

const quoted = (status: number, headers = {}): Behaviour => {
  return (request, response) => {
    const message = `not acceptable: ${noteOf(request)}`
    sendJson(response, status, { error: { message, code: message, param: message, type: message } }, headers)
  }
}
const asJson =
  (body: string): Behaviour =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)

const QUOTING: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ['a 400', quoted(400)],
  ['a 401', quoted(401)],
  ['a 409', quoted(409)],
  ['a 422', quoted(422)],
  ['a 429', quoted(429, { 'retry-after': '60' })],
  ['a 500', quoted(500)],
  ['a page of a gateway', (r, s) => s.writeHead(502, { 'content-type': 'text/html' }).end(`<h1>${noteOf(r)}</h1>`)],
  ['a body that is not JSON', asJson(NOTE)],
  ['truncated JSON', asJson(`{"choices": [{"message": {"content": "${NOTE}`)],
  ['an answer that is not JSON', (r, s) => sendCompletion(s, `I have read: ${noteOf(r)}`)],
  [
    'an answer with an unknown value',
    (r, s) => sendCompletion(s, JSON.stringify({ intent: noteOf(r), [noteOf(r)]: 1 })),
  ],
  ['a refusal', (r, s) => sendCompletion(s, null, { message: { refusal: `I cannot answer: ${noteOf(r)}` } })],
]

test.each(QUOTING)('a note that the server quotes in %s is not in the log or the dead letter', async (_, behaviour) => {
  server.behave(behaviour)
  const { letter, logged } = await deadLetter({ maxDeliveries: 1 })
  expect(server.requests.map(noteOf)).toContain(NOTE)
  expect(letter.error).toMatch(/model/)
  for (const text of [JSON.stringify(letter), logged]) {
    expect(text).not.toContain('Velvet')
    expect(text).not.toContain('Elephant')
  }
})

test('a note that the server quotes is not in the log of a retry', async () => {
  server.behave(quoted(429, { 'retry-after': '0' }))
  const { logged } = await deadLetter({ maxDeliveries: 2 })
  expect(logged).toContain('waits for capacity')
  expect(logged).not.toContain('Velvet')
})
