import { z } from 'zod'
import { type Config, commonSettings, integerSetting } from '../../lib/config/load-config.ts'
import { decimalSetting, llmSettings } from './analyzers/llm/settings.ts'
import { customRulesSetting } from './analyzers/rules/custom-rules/parse-custom-rules.ts'

/** The settings that decide who judges a lead; `npm run eval` reads them too. */
export const analyzerSettings = {
  /** A JSON file with evidence of one's own trade; docs/triage.md says how it is written. */
  TRIAGE_RULES_FILE: customRulesSetting,
  /** Who judges: the rules, a model, or the rules at once and the model where they are unsure. */
  ANALYZER: z.enum(['rules', 'llm', 'cascade'], { error: 'must be rules, llm or cascade' }).default('rules'),
  /** From this confidence the word of the rules is final in a cascade. */
  CASCADE_CONFIDENCE: decimalSetting(0, 1, 0.9),
  ...llmSettings,
} as const

/** The settings of a triage worker; every one is an environment variable. */
export const triageSettings = {
  ...commonSettings,
  TRIAGE_PORT: integerSetting(0, 65_535, 8_002),
  /** Connections to PostgreSQL: one for group commits, the others for reads. */
  DATABASE_CONNECTIONS: integerSetting(2, 200, 6),
  /** How many leads one worker has in flight at most; fewer when it could not finish them within half the ack wait. */
  TRIAGE_MAX_IN_FLIGHT: integerSetting(1, 4_096, 1024),
  /**
   * How long a worker may keep a lead without a sign of life before another one gets it; the same for all workers. They
   * give one each second: a stall of six seconds goes unnoticed, and a killed worker's leads have their insight within ten.
   */
  TRIAGE_ACK_WAIT_MS: integerSetting(1_000, 3_600_000, 8_000),
  /** How often a lead is attempted before it becomes a dead letter; waiting for capacity is no attempt. */
  TRIAGE_MAX_DELIVERIES: integerSetting(1, 100, 5),
  /** How long the analyzer may take for one note. */
  ANALYZER_TIMEOUT_MS: integerSetting(1, 600_000, 60_000),
  ...analyzerSettings,
} as const

export type TriageConfig = Config<typeof triageSettings>
