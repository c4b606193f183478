import { z } from 'zod'
import { integerSetting } from '../../../../lib/config/load-config.ts'
import { secretSetting } from '../../../../lib/config/secret-settings.ts'

/** A decimal number within bounds, from an environment variable. */
export function decimalSetting(min: number, max: number, fallback: number) {
  const error = `must be a number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
    .default(fallback)
}

/** The settings of the model. LLM_BASE_URL and LLM_MODEL are required if ANALYZER is `llm` or `cascade`. */
export const llmSettings = {
  /**
   * Base URL of an OpenAI-compatible server including its version, for example https://api.openai.com/v1; may have a
   * query.
   */
  LLM_BASE_URL: z
    .string()
    .refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
      error: 'must be a URL such as https://api.openai.com/v1',
    })
    .optional(),
  /** API key of the server, sent as a bearer token and as the header `api-key`; self-hosted servers often need none. */
  LLM_API_KEY: secretSetting(z.string().optional()),
  /** Name of the model, as the server knows it. */
  LLM_MODEL: z.string().optional(),
  /** Timeout of one request to the model, including its response. */
  LLM_TIMEOUT_MS: integerSetting(100, 600_000, 20_000),
  /** Maximum number of concurrent requests per worker. */
  LLM_CONCURRENCY: integerSetting(1, 1_000, 8),
  /** Maximum number of input and output tokens per minute and worker; 0 means no limit. */
  LLM_TOKENS_PER_MINUTE: integerSetting(0, 100_000_000, 0),
  /**
   * Daily budget of all workers, in the currency of the prices; 0 means no limit. Once it is spent, the rules analyze
   * notes.
   */
  LLM_DAILY_BUDGET: decimalSetting(0, 1_000_000, 0),
  /** Price of a million input tokens, in any currency. */
  LLM_PRICE_PER_MILLION_INPUT: decimalSetting(0, 10_000, 0),
  /** Price of a million output tokens, in the same currency. */
  LLM_PRICE_PER_MILLION_OUTPUT: decimalSetting(0, 10_000, 0),
  /** Whether email addresses, phone and card numbers are masked before a note is sent to the model. */
  LLM_MASK_PERSONAL: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('true')
    .transform((value) => value === 'true'),
} as const
