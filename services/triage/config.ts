import { z } from 'zod'
import { jwtSettings } from '../../lib/auth/jwt-settings.ts'
import { type Config, commonSettings, integerSetting } from '../../lib/config/load-config.ts'
import { decimalSetting, llmSettings } from './analyzers/llm/settings.ts'
import { customRulesSetting } from './analyzers/rules/custom-rules/parse-custom-rules.ts'

/** The settings of the analyzer pipeline; `npm run eval` reads them too. */
export const analyzerSettings = {
  /** Path of a JSON file with custom rules; docs/triage.md describes the format. */
  TRIAGE_RULES_FILE: customRulesSetting,
  /**
   * The analyzers: `rules`, `llm` (a model), or `cascade` (the rules first, and the model when their confidence is
   * low).
   */
  ANALYZER: z.enum(['rules', 'llm', 'cascade'], { error: 'must be rules, llm or cascade' }).default('rules'),
  /** In a cascade, the minimum confidence of the rules to skip the model. */
  CASCADE_CONFIDENCE: decimalSetting(0, 1, 0.9),
  ...llmSettings,
} as const

/** The settings of triage, read from environment variables. */
export const triageSettings = {
  ...commonSettings,
  ...jwtSettings,
  TRIAGE_PORT: integerSetting(0, 65_535, 8_002),
  /** Maximum number of PostgreSQL connections: one for group commits, the others for reads. */
  DATABASE_CONNECTIONS: integerSetting(2, 200, 6),
  /**
   * Maximum number of leads in flight per worker. A worker takes fewer if it cannot finish them within half the ack
   * wait.
   */
  TRIAGE_MAX_IN_FLIGHT: integerSetting(1, 4_096, 1024),
  /**
   * Ack wait of the triage consumer, the same for all workers: a lead is redelivered when its worker does not extend it
   * for this long. Workers extend it every second, so a stall of six seconds has no effect, and the leads of a killed
   * worker have their insight within ten.
   */
  TRIAGE_ACK_WAIT_MS: integerSetting(1_000, 3_600_000, 8_000),
  /** Maximum number of attempts before a lead is dead-lettered. Waiting for capacity is not an attempt. */
  TRIAGE_MAX_DELIVERIES: integerSetting(1, 100, 5),
  /** Time limit of an analyzer for one note. */
  ANALYZER_TIMEOUT_MS: integerSetting(1, 600_000, 60_000),
  ...analyzerSettings,
} as const

export type TriageConfig = Config<typeof triageSettings>
