import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../../../lib/config/load-config.ts'
import { describeAnalyzer } from '../../../../../testkit/analyzers/analyzer-conformance.ts'
import { createRuleAnalyzer } from '../rule-analyzer.ts'
import { createCustomRules } from './custom-rules.ts'
import { type CustomRule, customRulesSetting } from './parse-custom-rules.ts'

const directory = mkdtempSync(join(tmpdir(), 'leadtriage-rules-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Loads the rules as a service does at start. */
function load(content: unknown): CustomRule[] {
  const file = join(directory, 'rules.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return loadConfig({ TRIAGE_RULES_FILE: customRulesSetting }, { TRIAGE_RULES_FILE: file }).TRIAGE_RULES_FILE
}

const RULES = [
  {
    says: 'names our sampler',
    phrases: 'tasting flight|box',
    intent: { buy: 4 },
    priority: { P1: 4 },
    tags: ['sampler'],
  },
]
const NOTE = 'Thanks for the lovely evening, greetings to your team. The tasting box looks nice.'

async function analyze(rules: readonly CustomRule[], note: string) {
  const lead = { note, receivedAt: new Date() }
  return createRuleAnalyzer({ warmUp: false, customRules: createCustomRules(rules) }).analyze(
    lead,
    new AbortController().signal,
  )
}

describeAnalyzer(
  'the rule analyzer with custom rules',
  () => createRuleAnalyzer({ warmUp: false, customRules: createCustomRules(load(RULES)) }),
  {
    deterministic: true,
  },
)

describe('custom rules', () => {
  test('change the verdict, add their tags, and give a reason with the span of the phrase', async () => {
    const without = await analyze([], NOTE)
    const analysis = await analyze(load(RULES), NOTE)
    expect(`${without.intent} ${without.priority}`).not.toBe('buy P1')
    expect(`${analysis.intent} ${analysis.priority}`).toBe('buy P1')
    expect(analysis.tags).toContain('sampler')
    const reason = analysis.reasons.find(({ text }) => text === 'names our sampler')
    expect(NOTE.slice(reason?.start, reason?.end)).toBe('tasting box')
  })

  test('do not apply to denied or quoted phrases', async () => {
    for (const note of ['We do not want a tasting box.', 'Thanks!\n> The tasting box looks nice.']) {
      expect((await analyze(load(RULES), note)).tags).not.toContain('sampler')
    }
  })

  test('determine the version of the analyzer', () => {
    const idOf = (rules: readonly CustomRule[]) =>
      createRuleAnalyzer({ warmUp: false, customRules: createCustomRules(rules) }).id
    const other = load([{ ...RULES[0], says: 'names another' }])
    expect(new Set([idOf([]), idOf(load(RULES)), idOf(other)]).size).toBe(3)
  })

  test.each([
    ['invalid JSON', '{', 'TRIAGE_RULES_FILE'],
    ['no array', {}, 'the file: '],
    ['an unknown intent', [{ ...RULES[0], intent: { shout: 1 } }], 'rule 1, intent'],
    ['an unknown field', [{ ...RULES[0], weight: 1 }], 'rule 1: '],
    ['a weight out of range', [RULES[0], { ...RULES[0], priority: { P0: 50 } }], 'rule 2, priority, P0'],
    ['a phrase that cannot be read', [{ ...RULES[0], phrases: '.. box' }], 'a phrase must begin with a word'],
  ])('with %s fail to load, with an error that names the place', (_, content, where) => {
    expect(() => load(content)).toThrow(where)
  })
})
