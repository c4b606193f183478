import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Analysis, ModelUsage } from '../../../../domain/analysis.ts'
import { SnoozeError, TerminalError } from '../../../../lib/mailbox/failure.ts'
import { describeAnalyzer } from '../../../../testkit/analyzers/analyzer-conformance.ts'
import {
  type Behaviour,
  goodAnswer,
  type ModelServer,
  noteOf,
  type SeenRequest,
  sendCompletion,
  sendJson,
  startModelServer,
} from '../../../../testkit/analyzers/model-server.ts'
import { createRuleAnalyzer } from '../rules/rule-analyzer.ts'
import { createModelCalls } from './call-model.ts'
import { createChat } from './chat.ts'
import { BUDGET_SPENT_TAG, createLlmAnalyzer, type LlmAnalyzerOptions } from './llm-analyzer.ts'
import { createTokenLimit } from './token-limit.ts'

/** A model that repeats the words of the note, including lone surrogates. */
const parrot: Behaviour = (request, response) => {
  const words = noteOf(request).slice(0, 100).split(/\s+/)
  const reasons = words.slice(0, 6).map((word) => ({ text: `says ${word}`, quote: word }))
  sendCompletion(response, goodAnswer(request, { reasons, tags: words.slice(0, 12).map((word) => word.slice(0, 40)) }))
}

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer(parrot)
})
afterAll(() => server.close())

/** Stores in memory; `stores.test.ts` tests the real ones. */
let spent: ModelUsage[]
let answers: Map<string, Analysis>
beforeEach(() => {
  spent = []
  answers = new Map()
})

interface Overrides extends Partial<LlmAnalyzerOptions> {
  readonly timeoutMs?: number
  readonly concurrency?: number
  readonly baseUrl?: string
  readonly apiKey?: string
}

function createAnalyzer(overrides: Overrides = {}) {
  const model = 'Imitated Model-7b'
  const { timeoutMs = 5_000, concurrency = 8, baseUrl = server.url, apiKey, ...options } = overrides
  return createLlmAnalyzer({
    model,
    callModel: createModelCalls({ chat: createChat({ baseUrl, apiKey, model, timeoutMs }), concurrency }),
    tokens: createTokenLimit(0),
    maskPersonal: true,
    prices: { input: 2, output: 10 },
    dailyBudget: 0,
    spending: {
      today: async () => spent.reduce((sum, { cost }) => sum + cost, 0),
      add: async (usage) => {
        spent.push(usage)
      },
    },
    answers: { find: async (hash) => answers.get(hash) },
    fallback: createRuleAnalyzer(),
    ...options,
  })
}

const NOTE = 'Charged twice for March, please look at it.'

const received = (note: string) => ({ note, receivedAt: new Date() })

function analyze(note = NOTE, overrides: Overrides = {}, signal = new AbortController().signal) {
  return createAnalyzer(overrides).analyze(received(note), signal)
}

/** Sends the headers and a part of the body. */
function begin(response: ServerResponse, part: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
  response.write(part)
}

describeAnalyzer('the model analyzer', createAnalyzer, { deterministic: false })

test('an answer is reused before its insight is committed, and a failure is not', async () => {
  const analyzer = createAnalyzer() // the store stays empty, as before the commit of the insight
  const { signal } = new AbortController()
  server.behave((request, response) => sendCompletion(response, goodAnswer(request)))
  const first = await analyzer.analyze(received(NOTE), signal)
  expect(await analyzer.analyze(received(NOTE), signal)).toEqual(first)
  expect(server.requests).toHaveLength(1)

  server.behave((_request, response) => sendJson(response, 400, { error: { message: 'no' } }))
  const other = 'A different note.'
  await expect(analyzer.analyze(received(other), signal)).rejects.toThrow()
  server.behave((request, response) => sendCompletion(response, goodAnswer(request)))
  expect(await analyzer.analyze(received(other), signal)).toMatchObject({ intent: first.intent })
})

describe('an answer', () => {
  test('becomes an analysis with its usage, whose reasons have the span of their quote', async () => {
    server.behave((request, response) => sendCompletion(response, goodAnswer(request)))
    const analysis = await analyze()
    expect(analysis).toMatchObject({ intent: 'support', priority: 'P1', confidence: 0.9, tags: ['billing'] })
    expect(analysis.reasons).toEqual([{ text: 'was charged by mistake', start: 0, end: 7, weight: 1 }])
    expect(analysis.usage).toMatchObject({
      model: 'Imitated Model-7b',
      inputTokens: 1000,
      outputTokens: 100,
      cost: 0.003,
    })
    expect(createAnalyzer().id).toBe('llm-imitated-model-7b@1')
  })

  test('loses characters that PostgreSQL cannot store', async () => {
    const reasons = [{ text: 'was charged\u0000 twice \ud83d', quote: 'Charged' }]
    server.behave((request, response) =>
      sendCompletion(response, goodAnswer(request, { reasons, tags: ['bil\u0000ling'] })),
    )
    expect(await analyze()).toMatchObject({ tags: ['billing'], reasons: [{ text: 'was charged twice \ufffd' }] })
  })

  test('loses reasons whose quote is not in the note', async () => {
    const reasons = [{ text: 'has lost everything', quote: 'we lost everything' }]
    server.behave((request, response) => sendCompletion(response, goodAnswer(request, { reasons })))
    expect((await analyze()).reasons).toEqual([])
  })
})

const asText: Behaviour = (request, response) => sendCompletion(response, goodAnswer(request))
const lacking =
  (status: number, missing: readonly string[]): Behaviour =>
  (request, response) => {
    const type = request.body.response_format?.type
    if (type !== undefined && missing.includes(type)) {
      sendJson(response, status, { error: { message: `response_format ${type} is not supported` } })
    } else asText(request, response, 1)
  }

/** Variants of servers. Each gets two notes; a format it does not support is requested only once. */
const SERVERS: readonly (readonly [name: string, behaviour: Behaviour, requests: number])[] = [
  ['OpenAI: supports JSON schemas', asText, 2],
  [
    'vLLM and LM Studio: support JSON schemas, and have a name in the message',
    (r, s) => sendCompletion(s, goodAnswer(r), { message: { name: 'local' } }),
    2,
  ],
  ['one with JSON mode only', lacking(400, ['json_schema']), 3],
  ['an old Ollama or llama.cpp server: text only', lacking(400, ['json_schema', 'json_object']), 4],
  ['one that returns 422 for formats it does not support', lacking(422, ['json_schema']), 3],
  [
    'one that ignores the format and fences its JSON',
    (r, s) => sendCompletion(s, `Sure!\n\`\`\`json\n${goodAnswer(r)}\n\`\`\``),
    2,
  ],
  [
    'a reasoning model that thinks aloud',
    (r, s) => sendCompletion(s, `<think>{"intent": maybe}</think>\n${goodAnswer(r)}`),
    2,
  ],
  [
    'a reasoning model that outputs its reasoning',
    (r, s) => sendCompletion(s, `<think>{"intent": maybe}</think>\n${goodAnswer(r)}`),
    2,
  ],
  ['one that omits usage', (r, s) => sendJson(s, 200, { choices: [{ message: { content: goodAnswer(r) } }] }), 2],
]

describe('a server variant', () => {
  test.each(SERVERS)('%s', async (_, behaviour, requests) => {
    server.behave(behaviour)
    const analyzer = createAnalyzer()
    for (const note of [NOTE, `${NOTE} Again!`]) {
      expect(await analyzer.analyze(received(note), new AbortController().signal)).toMatchObject({
        intent: 'support',
        priority: 'P1',
      })
    }
    expect(server.requests).toHaveLength(requests)
  })

  test('that rejects one note in every format but the last gets the next note in the first format', async () => {
    const long = `${NOTE} And a long story.`
    const tooLong: Behaviour = (request, response, count) =>
      noteOf(request) === long
        ? lacking(400, ['json_schema', 'json_object'])(request, response, count)
        : asText(request, response, count)
    server.behave(tooLong)
    const analyzer = createAnalyzer()
    for (const note of [NOTE, long, `${NOTE} Again!`])
      await analyzer.analyze(received(note), new AbortController().signal)
    const formats = server.requests.map(({ body }) => body.response_format?.type)
    expect(formats).toEqual(['json_schema', 'json_schema', 'json_object', undefined, 'json_schema'])
  })

  test('that rejects the first note in every format gets the next note in the first format', async () => {
    const filtered = `${NOTE} Filtered.`
    server.behave((request, response, count) =>
      noteOf(request) === filtered ? sendJson(response, 400, {}) : asText(request, response, count),
    )
    const analyzer = createAnalyzer()
    await expect(analyzer.analyze(received(filtered), new AbortController().signal)).rejects.toThrow(TerminalError)
    await analyzer.analyze(received(NOTE), new AbortController().signal)
    expect(server.requests.at(-1)?.body.response_format?.type).toBe('json_schema')
  })

  test('an Azure-style gateway gets its path, api-version and api-key', async () => {
    server.behave(asText)
    const baseUrl = `${new URL(server.url).origin}/openai/deployments/triage?api-version=2026-06-01`
    await analyze(NOTE, { baseUrl, apiKey: 'the-key' })
    const [request] = server.requests
    expect(request?.path).toBe('/openai/deployments/triage/chat/completions?api-version=2026-06-01')
    expect(request?.headers).toMatchObject({ 'api-key': 'the-key', authorization: 'Bearer the-key' })
  })
})

const TRANSIENT: readonly (readonly [name: string, fault: Behaviour])[] = [
  ['a 500', (_, response) => sendJson(response, 500, { error: { message: 'oops' } })],
  [
    'a 503 that is not JSON',
    (_, response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>busy</h1>'),
  ],
  ['a 429 without Retry-After', (_, response) => sendJson(response, 429, { error: { message: 'slow down' } })],
  [
    'a 429 with Retry-After',
    (_, response) => sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '1' }),
  ],
  ['a connection that closes before the response', (_, response) => response.destroy()],
  [
    'a connection that closes during the response',
    (_, response) => {
      begin(response, '{"choices": [')
      setTimeout(() => response.destroy(), 20)
    },
  ],
]

/** Errors that only the timeout of the client detects. */
const HANGING: readonly (readonly [name: string, fault: Behaviour])[] = [
  ['a slow response', (_, response) => begin(response, ' ')],
  ['no response', () => undefined],
]

describe('a transient error', () => {
  test.each(TRANSIENT)('%s: the retry succeeds', async (_, fault) => {
    server.behave((request, response, count) => (count === 1 ? fault : asText)(request, response, count))
    expect(await analyze()).toMatchObject({ intent: 'support' })
    expect(server.requests).toHaveLength(2)
  })

  test.each(HANGING)('%s: the retry succeeds', async (_, fault) => {
    server.behave((request, response, count) => (count === 1 ? fault : asText)(request, response, count))
    expect(await analyze(NOTE, { timeoutMs: 400 })).toMatchObject({ intent: 'support' })
    expect(server.requests.length).toBeGreaterThanOrEqual(2) // more if the good response exceeded the timeout too
  })

  test.each([...TRANSIENT, ...HANGING])('%s, every time: the lead is snoozed', async (_, fault) => {
    server.behave(fault)
    await expect(analyze(NOTE, { timeoutMs: 150 })).rejects.toBeInstanceOf(SnoozeError)
  })

  test('snoozes the lead for Retry-After', async () => {
    server.behave((_, response) => sendJson(response, 429, { error: { message: 'slow' } }, { 'retry-after': '120' }))
    await expect(analyze()).rejects.toMatchObject({ retryAfterMs: 120_000 })
  }, 15_000)

  test('opens the circuit breaker, which stops calls to the model', async () => {
    server.behave((_, response) => sendJson(response, 500, {}))
    const analyzer = createAnalyzer()
    for (let i = 0; i < 4; i++)
      await expect(analyzer.analyze(received(`${NOTE}${i}`), new AbortController().signal)).rejects.toThrow()
    const before = server.requests.length
    await expect(analyzer.analyze(received(NOTE), new AbortController().signal)).rejects.toThrow('circuit breaker')
    expect(server.requests).toHaveLength(before)
  }, 15_000)

  test('an invalid API key snoozes the lead, with a message that names the settings to check', async () => {
    server.behave((_, response) => sendJson(response, 401, { error: { message: 'bad key' } }))
    await expect(analyze()).rejects.toThrow('check LLM_API_KEY')
    await expect(analyze()).rejects.toBeInstanceOf(SnoozeError)
  })
})

const UNUSABLE: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ['truncated JSON', (r, s) => sendCompletion(s, goodAnswer(r).slice(0, 60), { finish: 'length' })],
  ['no JSON', (_, s) => sendCompletion(s, 'This looks like a support request to me.')],
  ['a value outside the vocabulary', (r, s) => sendCompletion(s, goodAnswer(r, { intent: 'complaint' }))],
  ['a confidence above 1', (r, s) => sendCompletion(s, goodAnswer(r, { confidence: 95 }))],
  ['nothing', (_, s) => sendCompletion(s, null)],
  ['no choices', (_, s) => sendJson(s, 200, { choices: [] })],
]

describe('an unusable answer', () => {
  test.each(UNUSABLE)('%s: is returned to the model once with its errors', async (_, unusable) => {
    server.behave((request, response, count) => (count === 1 ? unusable : asText)(request, response, count))
    expect(await analyze()).toMatchObject({ intent: 'support', usage: expect.anything() })
    expect(server.requests[1]?.body.messages.at(-1)?.content).toMatch(/^That answer cannot be used: ./)
  })

  test.each(UNUSABLE)('%s, twice: is a terminal error, and counts as spending', async (_, unusable) => {
    server.behave(unusable)
    await expect(analyze()).rejects.toBeInstanceOf(TerminalError)
    expect(server.requests).toHaveLength(2)
    expect(spent).toHaveLength(1)
  })

  test('a refusal is a terminal error at once', async () => {
    server.behave((_, response) => sendCompletion(response, null, { message: { refusal: 'I cannot help with that.' } }))
    await expect(analyze()).rejects.toThrow(TerminalError)
    expect(server.requests).toHaveLength(1)
  })

  test('a request that the server rejects in every format is a terminal error', async () => {
    server.behave((_, response) => sendJson(response, 400, { error: { message: 'context length exceeded' } }))
    await expect(analyze()).rejects.toThrow(TerminalError)
  })

  test('the error code of the server is in the message only if it is a known code', async () => {
    const refuse = (code: string): Behaviour => {
      return (_, response) => sendJson(response, 400, { error: { message: 'no', code } })
    }
    server.behave(refuse('context_length_exceeded'))
    await expect(analyze()).rejects.toThrow('the model server returned 400 (context_length_exceeded)')
    server.behave(refuse('anna.k@example.com'))
    await expect(analyze()).rejects.toThrow('the model server returned 400: request rejected')
  })
})

describe('a note', () => {
  const PRIVATE = 'Call +49 30 901820 or write to anna.k@example.com, card 4111 1111 1111 1111, order 4711.'
  const sent = (requests: readonly SeenRequest[]) => JSON.stringify(requests.map(({ body }) => body.messages))

  test('is sent without addresses and numbers, and its reasons have spans of the original', async () => {
    const reasons = [{ text: 'names an order', quote: 'order 4711' }]
    server.behave((request, response) => sendCompletion(response, goodAnswer(request, { reasons })))
    const analysis = await analyze(PRIVATE)
    for (const secret of ['901820', 'anna.k', '4111']) expect(sent(server.requests)).not.toContain(secret)
    expect(sent(server.requests)).toContain('Call [phone] or write to [email], card [card], order 4711.')
    expect(PRIVATE.slice(analysis.reasons[0]?.start, analysis.reasons[0]?.end)).toBe('order 4711')
  })

  test('is sent unchanged if masking is off', async () => {
    server.behave(asText)
    await analyze(PRIVATE, { maskPersonal: false })
    expect(sent(server.requests)).toContain('anna.k@example.com')
  })

  test('is fenced by random lines that differ between calls', async () => {
    server.behave(asText)
    await analyze('First.')
    await analyze('Second.')
    const fences = server.requests.map(({ body }) => body.messages.at(-1)?.content.split('\n') ?? [])
    for (const [first, , last] of fences) expect(first).toBe(last)
    expect(fences[0]?.[0]).toMatch(/^[0-9a-f]{24}$/)
    expect(fences[0]?.[0]).not.toBe(fences[1]?.[0])
  })

  test('is sent once for concurrent calls with the same text', async () => {
    server.behave(asText)
    const analyzer = createAnalyzer()
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 10 }, () => analyzer.analyze(received(NOTE), signal)))
    expect(server.requests).toHaveLength(1)
  })

  test('is analyzed by the rules once the daily budget is spent, and its insight is tagged', async () => {
    server.behave(asText)
    const analyzer = createAnalyzer({ dailyBudget: 0.005 })
    const { signal } = new AbortController()
    const analyses: Analysis[] = []
    for (const i of [1, 2, 3]) analyses.push(await analyzer.analyze(received(`${NOTE} ${i}`), signal))
    expect(server.requests).toHaveLength(2)
    expect(analyses[2]).toMatchObject({
      madeBy: createRuleAnalyzer().id,
      tags: expect.arrayContaining([BUDGET_SPENT_TAG]),
    })
    expect(analyses[2]?.usage).toBeUndefined()
  })
})

describe('limits', () => {
  test('calls beyond the concurrency limit wait, and those beyond the queue are snoozed', async () => {
    let running = 0
    let maxRunning = 0
    server.behave((request, response) => {
      maxRunning = Math.max(maxRunning, ++running)
      setTimeout(() => {
        running -= 1
        asText(request, response, 1)
      }, 50)
    })
    const analyzer = createAnalyzer({ concurrency: 2 })
    const { signal } = new AbortController()
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => analyzer.analyze(received(`${NOTE} ${i}`), signal)),
    )
    const snoozed = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(maxRunning).toBe(2)
    expect(snoozed).toHaveLength(2)
    for (const reason of snoozed) expect(reason).toBeInstanceOf(SnoozeError)
    // at most 70 s, with jitter
    for (const { retryAfterMs } of snoozed) expect(retryAfterMs).toBeGreaterThanOrEqual(35_000)
    for (const { retryAfterMs } of snoozed) expect(retryAfterMs).toBeLessThanOrEqual(70_000)
    expect(new Set(snoozed.map(({ retryAfterMs }) => retryAfterMs)).size).toBe(2)
  })

  test('the token bucket limits tokens per minute and refills', () => {
    let now = 0
    const limit = createTokenLimit(6_000, () => now)
    limit.take(4_000)
    expect(() => limit.take(4_000)).toThrow(expect.objectContaining({ retryAfterMs: 20_000 }))
    // scheduled after the note that is already waiting
    expect(() => limit.take(3_000)).toThrow(expect.objectContaining({ retryAfterMs: 50_000 }))
    now += 20_000
    limit.take(4_000)
    expect(() => limit.take(1)).toThrow(SnoozeError)
    now += 600_000
    limit.take(100_000) // more than the capacity takes the whole bucket
  })

  test('an aborted call rejects at once with the reason of the signal', async () => {
    server.behave(() => undefined)
    const controller = new AbortController()
    const reason = new Error('the worker is draining')
    const running = analyze(NOTE, {}, controller.signal)
    setTimeout(() => controller.abort(reason), 50)
    await expect(running).rejects.toBe(reason)
  })
})
