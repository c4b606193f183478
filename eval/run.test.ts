import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodAnswer, type ModelServer, sendCompletion, startModelServer } from '../testkit/analyzers/model-server.ts'

const execFileAsync = promisify(execFile)
const directory = mkdtempSync(join(tmpdir(), 'leadtriage-eval-'))
const file = join(directory, 'notes.jsonl')
afterAll(() => rmSync(directory, { recursive: true }))

const NOTES = [
  {
    id: 'a',
    note: 'Could we get a demo for our team of 12?',
    lang: 'en',
    intent: 'buy',
    priority: 'P1',
    tags: ['demo'],
    why: 'a demo',
  },
  { id: 'b', note: 'Не могу войти в кабинет со вчерашнего дня', lang: 'ru', intent: 'support', priority: 'P1' },
]
writeFileSync(file, `${NOTES.map((note) => JSON.stringify(note)).join('\n')}\n`)

function run(program: string, ...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
}

describe.each([
  ['npm run eval', ['eval/run.ts']],
  ['leadtriage eval', ['cli/leadtriage.ts', 'eval']],
])('%s', (_, [program = '', ...first]) => {
  test('prints every measure as one JSON object', () => {
    const { status, stdout } = run(program, ...first, '--data', file, '--json')
    expect(status).toBe(0)
    const measures = JSON.parse(stdout)
    expect(measures).toMatchObject({ n: 2, per_language: { en: { n: 1 }, ru: { n: 1 } } })
    const names = `intent_accuracy priority_accuracy priority_within_one p0_recall p01_recall both_accuracy macro_f1 ece
      false_spam_rate per_language per_intent tags.precision tags.recall tags.per_tag reasons.generic reasons.on_one_word ms_per_note`
    for (const name of names.split(/\s+/)) expect(measures).toHaveProperty(name)
  })

  test('rejects an unknown analyzer and lists the known ones', () => {
    const { status, stderr } = run(program, ...first, '--data', file, '--analyzer', 'oracle')
    expect(status).toBe(2)
    expect(stderr).toMatch(/unknown analyzer "oracle"; use one of .*rules/)
  })
})

test('the report contains the tables, the worst mistakes and the baseline', () => {
  const { stdout } = run('eval/run.ts', '--data', file)
  for (const part of [
    'intent accuracy',
    'by language',
    'reliability',
    'tags of 1 notes',
    'generic reasons',
    'worst mistakes',
    'keyword baseline',
  ]) {
    expect(stdout).toContain(part)
  }
})

describe('an analyzer that calls a model', () => {
  let model: ModelServer
  beforeAll(async () => {
    model = await startModelServer((request, response) => sendCompletion(response, goodAnswer(request)))
  })
  afterAll(() => model.close())

  test.each([
    ['llm', '0', 2],
    ['cascade', '1', 2],
    ['cascade', '0.01', 0],
  ])(
    '%s with a confidence threshold of %s calls the model only where needed and reports the cost of 1,000 leads',
    async (analyzer, confidence, asked) => {
      model.requests.length = 0
      const settings = {
        LLM_BASE_URL: model.url,
        LLM_MODEL: 'm',
        LLM_PRICE_PER_MILLION_INPUT: '3',
        CASCADE_CONFIDENCE: confidence,
      }
      const { stdout } = await execFileAsync(
        process.execPath,
        ['eval/run.ts', '--data', file, '--analyzer', analyzer, '--json'],
        { env: { ...process.env, ...settings } },
      )
      expect(model.requests).toHaveLength(asked)
      expect(JSON.parse(stdout).cost_per_1000).toBeCloseTo(asked * 1.5)
    },
  )

  test('reports a missing setting', () => {
    expect(run('eval/run.ts', '--data', file, '--analyzer', 'llm').stderr).toContain('LLM_BASE_URL is missing')
  })
})

describe('a file with intents only', () => {
  const intentsOnly = join(directory, 'intents.jsonl')
  const rows = [
    { id: 'c', note: 'Please send us a quote for 10 seats', lang: 'en', intent: 'buy' },
    { id: 'd', note: 'I cannot log in', lang: 'en', intent: 'support' },
    { id: 'e', note: 'I cannot log in, please help', lang: 'en', intent: 'job' },
  ]
  writeFileSync(intentsOnly, rows.map((row) => JSON.stringify(row)).join('\n'))

  test('has no figures about priorities and tags', () => {
    expect(JSON.parse(run('eval/run.ts', '--data', intentsOnly, '--json').stdout)).toMatchObject({
      n: 3,
      intent_accuracy: 2 / 3,
      priority_accuracy: null,
      both_accuracy: null,
      p0_recall: null,
      ece: null,
      customers_called_spam: 0,
      tags: null,
    })
    expect(run('eval/run.ts', '--data', intentsOnly).stdout).toMatch(/priority accuracy +none\n/)
  })

  test('weighs as much as a larger file in the macro average, and leaves priorities to the others', () => {
    const args = ['--data', file, '--data', intentsOnly]
    const measures = JSON.parse(run('eval/run.ts', ...args, '--json').stdout)
    expect(measures).toMatchObject({
      n: 5,
      per_file: { [file]: { n: 2, intent_accuracy: 1 }, [intentsOnly]: { n: 3, priority_accuracy: null } },
      macro_average: { intent_accuracy: (1 + 2 / 3) / 2, priority_accuracy: measures.per_file[file].priority_accuracy },
    })
    expect(run('eval/run.ts', ...args).stdout).toMatch(/macro average +0\.833 /)
  })
})

test('two analyzers are compared on the same notes', () => {
  const { stdout } = run('eval/run.ts', '--data', file, '--compare', 'keywords')
  expect(stdout).toMatch(/keywords compared with rules[\s\S]*not significant/)
})

test('an invalid line is reported by file and number', () => {
  const broken = join(directory, 'broken.jsonl')
  writeFileSync(broken, `${JSON.stringify(NOTES[0])}\n${JSON.stringify({ ...NOTES[1], intent: 'shout' })}\n`)
  const { status, stderr } = run('eval/run.ts', '--data', broken)
  expect(status).toBe(2)
  expect(stderr).toMatch(/broken\.jsonl, line 2: intent/)
})

test('a received time without an offset is rejected', () => {
  const broken = join(directory, 'no-offset.jsonl')
  writeFileSync(broken, `${JSON.stringify({ ...NOTES[0], received: '2026-03-11T10:00:00' })}\n`)
  const { status, stderr } = run('eval/run.ts', '--data', broken)
  expect(status).toBe(2)
  expect(stderr).toMatch(/no-offset\.jsonl, line 1: received/)
})
