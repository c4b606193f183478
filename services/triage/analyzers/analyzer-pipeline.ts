import { ConfigError } from '../../../lib/config/load-config.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'
import type { TriageConfig } from '../config.ts'
import type { Analyzer } from './analyzer.ts'
import { createModelCalls } from './llm/call-model.ts'
import { createChat } from './llm/chat.ts'
import { createLlmAnalyzer } from './llm/llm-analyzer.ts'
import { type AnswerStore, createAnswerStore, createSpendingStore, type Spending } from './llm/stores.ts'
import { createTokenLimit } from './llm/token-limit.ts'
import { createCustomRules } from './rules/custom-rules/custom-rules.ts'
import { createRuleAnalyzer } from './rules/rule-analyzer.ts'

/** The analyzers of a lead, selected by the setting ANALYZER. */
export interface AnalyzerPipeline {
  /** Runs first. Its result is final if its confidence reaches the threshold, otherwise provisional. */
  readonly quick?: { readonly analyzer: Analyzer; readonly confidenceThreshold: number }
  readonly final: Analyzer
}

/** State of the model analyzer that is shared or reported. */
export interface ModelStores {
  readonly answers: AnswerStore
  readonly spending: Spending
  readonly onBreaker?: (isOpen: boolean) => void
}

/**
 * Creates the pipeline of a worker, with its stores and metrics.
 * @throws ConfigError when ANALYZER needs a model and its settings are missing
 */
export function createServingPipeline(config: TriageConfig, sql: Sql, metrics: Metrics): AnalyzerPipeline {
  const breaker = metrics.gauge({
    name: 'leadtriage_model_breaker_open',
    help: '1 while the circuit breaker of the model is open after repeated failures, else 0.',
  })
  return createAnalyzerPipeline(config, {
    answers: createAnswerStore(sql),
    spending: countedSpending(createSpendingStore(sql), metrics),
    onBreaker: (isOpen) => breaker.set(isOpen ? 1 : 0),
  })
}

type PipelineConfig = Pick<
  TriageConfig,
  'ANALYZER' | 'CASCADE_CONFIDENCE' | 'TRIAGE_RULES_FILE' | Extract<keyof TriageConfig, `LLM_${string}`>
>

/** @throws ConfigError when ANALYZER needs a model and its settings are missing */
export function createAnalyzerPipeline(config: PipelineConfig, stores: ModelStores): AnalyzerPipeline {
  const rules = createRuleAnalyzer({ customRules: createCustomRules(config.TRIAGE_RULES_FILE) })
  if (config.ANALYZER === 'rules') return { final: rules }
  const final = createModelAnalyzer(config, stores, rules)
  if (config.ANALYZER === 'llm') return { final }
  return { quick: { analyzer: rules, confidenceThreshold: config.CASCADE_CONFIDENCE }, final }
}

function createModelAnalyzer(config: PipelineConfig, stores: ModelStores, fallback: Analyzer): Analyzer {
  const { LLM_BASE_URL: baseUrl, LLM_MODEL: model, LLM_API_KEY: apiKey, LLM_TIMEOUT_MS: timeoutMs } = config
  if (baseUrl === undefined || model === undefined) {
    const missing = Object.entries({ LLM_BASE_URL: baseUrl, LLM_MODEL: model }).filter(
      ([, value]) => value === undefined,
    )
    throw new ConfigError(missing.map(([name]) => `${name} is missing: ANALYZER=${config.ANALYZER} requires it`))
  }
  const { answers, spending, onBreaker } = stores
  return createLlmAnalyzer({
    model,
    callModel: createModelCalls({
      chat: createChat({ baseUrl, apiKey, model, timeoutMs }),
      concurrency: config.LLM_CONCURRENCY,
      ...(onBreaker && { onBreaker }),
    }),
    tokens: createTokenLimit(config.LLM_TOKENS_PER_MINUTE),
    maskPersonal: config.LLM_MASK_PERSONAL,
    prices: { input: config.LLM_PRICE_PER_MILLION_INPUT, output: config.LLM_PRICE_PER_MILLION_OUTPUT },
    dailyBudget: config.LLM_DAILY_BUDGET,
    spending,
    answers,
    fallback,
  })
}

function countedSpending(spending: Spending, metrics: Metrics): Spending {
  const calls = metrics.counter({
    name: 'leadtriage_model_answers_total',
    help: 'Notes that the model answered, including unusable answers.',
  })
  const cost = metrics.counter({
    name: 'leadtriage_model_cost_total',
    help: 'Cost of model calls, in the currency of the configured prices.',
  })
  const tokens = metrics.counter({
    name: 'leadtriage_model_tokens_total',
    help: 'Tokens of model calls, by direction: "in" or "out".',
    labelNames: ['direction'],
  })
  return {
    today: spending.today,
    add: (usage) => {
      calls.inc()
      cost.inc(usage.cost)
      tokens.inc({ direction: 'in' }, usage.inputTokens)
      tokens.inc({ direction: 'out' }, usage.outputTokens)
      return spending.add(usage)
    },
  }
}
