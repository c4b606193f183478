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
  say,
  sendJson,
  startModelServer,
} from '../../../../testkit/analyzers/model-server.ts'
import { createRuleAnalyzer } from '../rules/rule-analyzer.ts'
import { createModelCalls } from './call-model.ts'
import { createChat } from './chat.ts'
import { BUDGET_SPENT_TAG, createLlmAnalyzer, type LlmAnalyzerOptions } from './llm-analyzer.ts'
import { createTokenLimit } from './token-limit.ts'

/** A model that says again whatever stands in the note, half a surrogate pair included. */
const parrot: Behaviour = (request, response) => {
  const words = noteOf(request).slice(0, 100).split(/\s+/)
  const reasons = words.slice(0, 6).map((word) => ({ text: `says ${word}`, quote: word }))
  say(response, goodAnswer(request, { reasons, tags: words.slice(0, 12).map((word) => word.slice(0, 40)) }))
}

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer(parrot)
})
afterAll(() => server.close())

/** What the analyzer keeps elsewhere, here in memory; PostgreSQL's own stores are tested in `stores.test.ts`. */
let spent: ModelUsage[]
let bought: Map<string, Analysis>
beforeEach(() => {
  spent = []
  bought = new Map()
})

interface Wishes extends Partial<LlmAnalyzerOptions> {
  readonly timeoutMs?: number
  readonly concurrency?: number
  readonly baseUrl?: string
  readonly apiKey?: string
}

function createAnalyzer(wishes: Wishes = {}) {
  const model = 'Imitated Model-7b'
  const { timeoutMs = 5_000, concurrency = 8, baseUrl = server.url, apiKey, ...options } = wishes
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
    answers: { find: async (hash) => bought.get(hash) },
    fallback: createRuleAnalyzer(),
    ...options,
  })
}

const NOTE = 'Charged twice for March, please look at it.'

function analyze(note = NOTE, wishes: Wishes = {}, signal = new AbortController().signal) {
  return createAnalyzer(wishes).analyze(note, signal)
}

/** Sends the head and a part of the body. */
function begin(response: ServerResponse, part: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
  response.write(part)
}

describeAnalyzer('the model analyzer', createAnalyzer, { deterministic: false })

test('an answer is not bought again before its insight is committed, a failure is tried anew', async () => {
  const analyzer = createAnalyzer() // the store, where the insight would be found once it is committed, stays empty
  const { signal } = new AbortController()
  server.behave((request, response) => say(response, goodAnswer(request)))
  const first = await analyzer.analyze(NOTE, signal)
  expect(await analyzer.analyze(NOTE, signal)).toEqual(first)
  expect(server.requests).toHaveLength(1)

  server.behave((_request, response) => sendJson(response, 400, { error: { message: 'no' } }))
  const other = 'Another note altogether.'
  await expect(analyzer.analyze(other, signal)).rejects.toThrow()
  server.behave((request, response) => say(response, goodAnswer(request)))
  expect(await analyzer.analyze(other, signal)).toMatchObject({ intent: first.intent })
})

describe('an answer', () => {
  test('becomes an analysis whose reasons point at the words that they quote, and whose usage is told', async () => {
    server.behave((request, response) => say(response, goodAnswer(request)))
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

  test('is made storable: what PostgreSQL refuses goes, and the rest stays', async () => {
    const reasons = [{ text: 'was charged\u0000 twice \ud83d', quote: 'Charged' }]
    server.behave((request, response) => say(response, goodAnswer(request, { reasons, tags: ['bil\u0000ling'] })))
    expect(await analyze()).toMatchObject({ tags: ['billing'], reasons: [{ text: 'was charged twice \ufffd' }] })
  })

  test('with a quote that the note does not hold loses that reason', async () => {
    const reasons = [{ text: 'has lost everything', quote: 'we lost everything' }]
    server.behave((request, response) => say(response, goodAnswer(request, { reasons })))
    expect((await analyze()).reasons).toEqual([])
  })
})

const asText: Behaviour = (request, response) => say(response, goodAnswer(request))
const lacking =
  (status: number, missing: readonly string[]): Behaviour =>
  (request, response) => {
    const type = request.body.response_format?.type
    if (type !== undefined && missing.includes(type)) {
      sendJson(response, status, { error: { message: `response_format ${type} is not supported` } })
    } else asText(request, response, 1)
  }

/** How servers differ; each is asked twice, and what it lacks is asked for once only. */
const SERVERS: readonly (readonly [name: string, behaviour: Behaviour, requests: number])[] = [
  ['OpenAI: knows JSON schemas', asText, 2],
  [
    'vLLM and LM Studio: know JSON schemas, and name the model otherwise',
    (r, s) => say(s, goodAnswer(r), { message: { name: 'local' } }),
    2,
  ],
  ['one with JSON mode only', lacking(400, ['json_schema']), 3],
  ['an old Ollama or llama.cpp server: text only', lacking(400, ['json_schema', 'json_object']), 4],
  ['one that says 422 for what it lacks', lacking(422, ['json_schema']), 3],
  [
    'one that ignores the format and fences its JSON',
    (r, s) => say(s, `Sure!\n\`\`\`json\n${goodAnswer(r)}\n\`\`\``),
    2,
  ],
  ['a reasoning model that thinks aloud', (r, s) => say(s, `<think>{"intent": maybe}</think>\n${goodAnswer(r)}`), 2],
  ['one that leaves usage out', (r, s) => sendJson(s, 200, { choices: [{ message: { content: goodAnswer(r) } }] }), 2],
]

describe('a server of its own kind', () => {
  test.each(SERVERS)('%s', async (_, behaviour, requests) => {
    server.behave(behaviour)
    const analyzer = createAnalyzer()
    for (const note of [NOTE, `${NOTE} Again!`]) {
      expect(await analyzer.analyze(note, new AbortController().signal)).toMatchObject({
        intent: 'support',
        priority: 'P1',
      })
    }
    expect(server.requests).toHaveLength(requests)
  })

  test('that refuses one note in every format but the last is asked the next note as before', async () => {
    const long = `${NOTE} And a long story.`
    const tooLong: Behaviour = (request, response, count) =>
      noteOf(request) === long
        ? lacking(400, ['json_schema', 'json_object'])(request, response, count)
        : asText(request, response, count)
    server.behave(tooLong)
    const analyzer = createAnalyzer()
    for (const note of [NOTE, long, `${NOTE} Again!`]) await analyzer.analyze(note, new AbortController().signal)
    const formats = server.requests.map(({ body }) => body.response_format?.type)
    expect(formats).toEqual(['json_schema', 'json_schema', 'json_object', undefined, 'json_schema'])
  })

  test('that refuses one note altogether is asked the next one as before, also when that was the first', async () => {
    const filtered = `${NOTE} Filtered.`
    server.behave((request, response, count) =>
      noteOf(request) === filtered ? sendJson(response, 400, {}) : asText(request, response, count),
    )
    const analyzer = createAnalyzer()
    await expect(analyzer.analyze(filtered, new AbortController().signal)).rejects.toThrow(TerminalError)
    await analyzer.analyze(NOTE, new AbortController().signal)
    expect(server.requests.at(-1)?.body.response_format?.type).toBe('json_schema')
  })

  test("a gateway in Azure's manner gets its path, its api-version and its api-key", async () => {
    server.behave(asText)
    const baseUrl = `${new URL(server.url).origin}/openai/deployments/triage?api-version=2026-06-01`
    await analyze(NOTE, { baseUrl, apiKey: 'the-key' })
    const [request] = server.requests
    expect(request?.path).toBe('/openai/deployments/triage/chat/completions?api-version=2026-06-01')
    expect(request?.headers).toMatchObject({ 'api-key': 'the-key', authorization: 'Bearer the-key' })
  })
})

/** Faults that pass: the first answers fail, the next is good. */
const PASSING: readonly (readonly [name: string, fault: Behaviour])[] = [
  ['a 500', (_, response) => sendJson(response, 500, { error: { message: 'oops' } })],
  [
    'a 503 that is no JSON',
    (_, response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>busy</h1>'),
  ],
  ['a 429 without Retry-After', (_, response) => sendJson(response, 429, { error: { message: 'slow down' } })],
  [
    'a 429 with Retry-After',
    (_, response) => sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '1' }),
  ],
  ['a connection that breaks before the answer', (_, response) => response.destroy()],
  [
    'a connection that breaks in the middle of it',
    (_, response) => {
      begin(response, '{"choices": [')
      setTimeout(() => response.destroy(), 20)
    },
  ],
]

/** Faults that only the end of the client's patience ends. */
const SILENT: readonly (readonly [name: string, fault: Behaviour])[] = [
  ['a slow drip', (_, response) => begin(response, ' ')],
  ['silence', () => undefined],
]

describe('a fault that passes', () => {
  test.each(PASSING)('%s: the next try is the answer', async (_, fault) => {
    server.behave((request, response, count) => (count === 1 ? fault : asText)(request, response, count))
    expect(await analyze()).toMatchObject({ intent: 'support' })
    expect(server.requests).toHaveLength(2)
  })

  test.each(SILENT)('%s: the next try is the answer', async (_, fault) => {
    server.behave((request, response, count) => (count === 1 ? fault : asText)(request, response, count))
    expect(await analyze(NOTE, { timeoutMs: 400 })).toMatchObject({ intent: 'support' })
    expect(server.requests.length).toBeGreaterThanOrEqual(2) // more when the good answer too took that long
  })

  test.each([...PASSING, ...SILENT])('%s, again and again: the lead is tried later', async (_, fault) => {
    server.behave(fault)
    await expect(analyze(NOTE, { timeoutMs: 150 })).rejects.toBeInstanceOf(SnoozeError)
  })

  test('waits as long as Retry-After says', async () => {
    server.behave((_, response) => sendJson(response, 429, { error: { message: 'slow' } }, { 'retry-after': '120' }))
    await expect(analyze()).rejects.toMatchObject({ retryAfterMs: 120_000 })
  }, 15_000)

  test('opens the breaker: the model is not asked for a while', async () => {
    server.behave((_, response) => sendJson(response, 500, {}))
    const analyzer = createAnalyzer()
    for (let i = 0; i < 4; i++)
      await expect(analyzer.analyze(`${NOTE}${i}`, new AbortController().signal)).rejects.toThrow()
    const before = server.requests.length
    await expect(analyzer.analyze(NOTE, new AbortController().signal)).rejects.toThrow('not asked')
    expect(server.requests).toHaveLength(before)
  }, 15_000)

  test('a wrong key is nobody’s note: the lead is tried later, and the message says what to look at', async () => {
    server.behave((_, response) => sendJson(response, 401, { error: { message: 'bad key' } }))
    await expect(analyze()).rejects.toThrow('check LLM_API_KEY')
    await expect(analyze()).rejects.toBeInstanceOf(SnoozeError)
  })
})

/** Answers that cannot be used. */
const USELESS: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ['truncated JSON', (r, s) => say(s, goodAnswer(r).slice(0, 60), { finish: 'length' })],
  ['no JSON', (_, s) => say(s, 'This looks like a support request to me.')],
  ['a word that is not in the vocabulary', (r, s) => say(s, goodAnswer(r, { intent: 'complaint' }))],
  ['a confidence above 1', (r, s) => say(s, goodAnswer(r, { confidence: 95 }))],
  ['nothing', (_, s) => say(s, null)],
  ['no choices', (_, s) => sendJson(s, 200, { choices: [] })],
]

describe('an answer that cannot be used', () => {
  test.each(USELESS)('%s: is sent back once with what is wrong', async (_, useless) => {
    server.behave((request, response, count) => (count === 1 ? useless : asText)(request, response, count))
    expect(await analyze()).toMatchObject({ intent: 'support', usage: expect.anything() })
    expect(server.requests[1]?.body.messages.at(-1)?.content).toMatch(/^That answer cannot be used: ./)
  })

  test.each(USELESS)('%s, twice: is the end, and is paid for', async (_, useless) => {
    server.behave(useless)
    await expect(analyze()).rejects.toBeInstanceOf(TerminalError)
    expect(server.requests).toHaveLength(2)
    expect(spent).toHaveLength(1)
  })

  test('a refusal is the end at once', async () => {
    server.behave((_, response) => say(response, null, { message: { refusal: 'I cannot help with that.' } }))
    await expect(analyze()).rejects.toThrow(TerminalError)
    expect(server.requests).toHaveLength(1)
  })

  test('a request that the server finds fault with in every format is the end', async () => {
    server.behave((_, response) => sendJson(response, 400, { error: { message: 'context length exceeded' } }))
    await expect(analyze()).rejects.toThrow(TerminalError)
  })

  test('the reason that the server has is told when it is one that servers have', async () => {
    const refuse = (code: string): Behaviour => {
      return (_, response) => sendJson(response, 400, { error: { message: 'no', code } })
    }
    server.behave(refuse('context_length_exceeded'))
    await expect(analyze()).rejects.toThrow("the model's server answers 400 (context_length_exceeded)")
    server.behave(refuse('anna.k@example.com'))
    await expect(analyze()).rejects.toThrow("the model's server answers 400: it refuses the request")
  })
})

describe('a note', () => {
  const PRIVATE = 'Call +49 30 901820 or write to anna.k@example.com, card 4111 1111 1111 1111, order 4711.'
  const sent = (requests: readonly SeenRequest[]) => JSON.stringify(requests.map(({ body }) => body.messages))

  test('leaves without addresses and numbers, and its reasons point into the original all the same', async () => {
    const reasons = [{ text: 'names an order', quote: 'order 4711' }]
    server.behave((request, response) => say(response, goodAnswer(request, { reasons })))
    const analysis = await analyze(PRIVATE)
    for (const secret of ['901820', 'anna.k', '4111']) expect(sent(server.requests)).not.toContain(secret)
    expect(sent(server.requests)).toContain('Call [phone] or write to [email], card [card], order 4711.')
    expect(PRIVATE.slice(analysis.reasons[0]?.start, analysis.reasons[0]?.end)).toBe('order 4711')
  })

  test('leaves as it is when that is wished', async () => {
    server.behave(asText)
    await analyze(PRIVATE, { maskPersonal: false })
    expect(sent(server.requests)).toContain('anna.k@example.com')
  })

  test('stands between lines that its writer could not guess, another pair for every call', async () => {
    server.behave(asText)
    await analyze('First.')
    await analyze('Second.')
    const fences = server.requests.map(({ body }) => body.messages.at(-1)?.content.split('\n') ?? [])
    for (const [first, , last] of fences) expect(first).toBe(last)
    expect(fences[0]?.[0]).toMatch(/^[0-9a-f]{24}$/)
    expect(fences[0]?.[0]).not.toBe(fences[1]?.[0])
  })

  test('that is known is not bought again, and of many askers at once one asks', async () => {
    server.behave(asText)
    const analyzer = createAnalyzer()
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 10 }, () => analyzer.analyze(NOTE, signal)))
    expect(server.requests).toHaveLength(1)
  })

  test('is judged by the rules when the day is paid out, and its insight says so', async () => {
    server.behave(asText)
    const analyzer = createAnalyzer({ dailyBudget: 0.005 })
    const { signal } = new AbortController()
    const analyses: Analysis[] = []
    for (const i of [1, 2, 3]) analyses.push(await analyzer.analyze(`${NOTE} ${i}`, signal))
    expect(server.requests).toHaveLength(2)
    expect(analyses[2]).toMatchObject({
      madeBy: createRuleAnalyzer().id,
      tags: expect.arrayContaining([BUDGET_SPENT_TAG]),
    })
    expect(analyses[2]?.usage).toBeUndefined()
  })
})

describe('limits', () => {
  test('so many requests run at a time, a few wait, and more are tried later', async () => {
    let running = 0
    let most = 0
    server.behave((request, response) => {
      most = Math.max(most, ++running)
      setTimeout(() => {
        running -= 1
        asText(request, response, 1)
      }, 50)
    })
    const analyzer = createAnalyzer({ concurrency: 2 })
    const { signal } = new AbortController()
    const all = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => analyzer.analyze(`${NOTE} ${i}`, signal)))
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(most).toBe(2)
    expect(refused).toHaveLength(2)
    for (const reason of refused) expect(reason).toBeInstanceOf(SnoozeError)
    // a minute and a bit at the most, and not all at once
    for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeGreaterThanOrEqual(35_000)
    for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeLessThanOrEqual(70_000)
    expect(new Set(refused.map(({ retryAfterMs }) => retryAfterMs)).size).toBe(2)
  })

  test('a minute has so many tokens, and fills again', () => {
    let now = 0
    const limit = createTokenLimit(6_000, () => now)
    limit.take(4_000)
    expect(() => limit.take(4_000)).toThrow(expect.objectContaining({ retryAfterMs: 20_000 }))
    // whoever waits already gets them first
    expect(() => limit.take(3_000)).toThrow(expect.objectContaining({ retryAfterMs: 50_000 }))
    now += 20_000
    limit.take(4_000)
    expect(() => limit.take(1)).toThrow(SnoozeError)
    now += 600_000
    limit.take(100_000) // more than a minute holds gets a whole minute
  })

  test('an aborted call ends at once with the reason of the signal', async () => {
    server.behave(() => undefined)
    const controller = new AbortController()
    const reason = new Error('the worker is draining')
    const running = analyze(NOTE, {}, controller.signal)
    setTimeout(() => controller.abort(reason), 50)
    await expect(running).rejects.toBe(reason)
  })
})
