import { ConfigError } from '../../../lib/config/load-config.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'
import type { TriageConfig } from '../config.ts'
import type { Analyzer } from './analyzer.ts'
import { createAnswerStore } from './llm/answer-store.ts'
import { createModelCalls } from './llm/call-model.ts'
import { createChat } from './llm/chat.ts'
import { createLlmAnalyzer } from './llm/llm-analyzer.ts'
import { createSpendingStore } from './llm/spending-store.ts'
import { createTokenLimit } from './llm/token-limit.ts'
import { createHouseRules } from './rules/house-rules/house-rules.ts'
import { createRuleAnalyzer } from './rules/rule-analyzer.ts'

/** Who judges leads, by the setting ANALYZER. */
export interface Judges {
  /** Judges at once. From `standsFrom`, a confidence, its word is final; below, it is provisional. */
  readonly quick?: { readonly analyzer: Analyzer; readonly standsFrom: number }
  readonly final: Analyzer
}

/** @throws ConfigError when a model is asked for and its settings are missing */
export function createJudges(config: TriageConfig, sql: Sql, metrics: Metrics): Judges {
  const rules = createRuleAnalyzer({ houseRules: createHouseRules(config.TRIAGE_RULES_FILE) })
  if (config.ANALYZER === 'rules') return { final: rules }
  const final = createModelAnalyzer(config, { sql, metrics, fallback: rules })
  if (config.ANALYZER === 'llm') return { final }
  return { quick: { analyzer: rules, standsFrom: config.CASCADE_CONFIDENCE }, final }
}

function createModelAnalyzer(
  config: TriageConfig,
  { sql, metrics, fallback }: { sql: Sql; metrics: Metrics; fallback: Analyzer },
): Analyzer {
  const { LLM_BASE_URL: baseUrl, LLM_MODEL: model, LLM_API_KEY: apiKey, LLM_TIMEOUT_MS: timeoutMs } = config
  if (baseUrl === undefined || model === undefined) {
    const missing = { LLM_BASE_URL: baseUrl, LLM_MODEL: model }
    const names = Object.entries(missing).filter(([, value]) => value === undefined)
    throw new ConfigError(names.map(([name]) => `${name} is missing: ANALYZER=${config.ANALYZER} needs it`))
  }
  const open = metrics.gauge({
    name: 'leadtriage_model_breaker_open',
    help: '1 while the model is left alone because it failed again and again.',
  })
  const cost = metrics.counter({
    name: 'leadtriage_model_cost_total',
    help: 'What the model cost, in the currency of the prices.',
  })
  const tokens = metrics.counter({
    name: 'leadtriage_model_tokens_total',
    help: 'Tokens, by direction.',
    labelNames: ['direction'],
  })
  const spending = createSpendingStore(sql)
  return createLlmAnalyzer({
    model,
    callModel: createModelCalls({
      chat: createChat({ baseUrl, apiKey, model, timeoutMs }),
      concurrency: config.LLM_CONCURRENCY,
      onBreaker: (isOpen) => open.set(isOpen ? 1 : 0),
    }),
    tokens: createTokenLimit(config.LLM_TOKENS_PER_MINUTE),
    maskPersonal: config.LLM_MASK_PERSONAL,
    prices: { input: config.LLM_PRICE_PER_MILLION_INPUT, output: config.LLM_PRICE_PER_MILLION_OUTPUT },
    dailyBudget: config.LLM_DAILY_BUDGET,
    spending: {
      today: spending.today,
      add: async (usage) => {
        cost.inc(usage.cost)
        tokens.inc({ direction: 'in' }, usage.inputTokens)
        tokens.inc({ direction: 'out' }, usage.outputTokens)
        await spending.add(usage)
      },
    },
    answers: createAnswerStore(sql),
    fallback,
  })
}
