import { z } from 'zod'
import { integerSetting } from '../../../../lib/config/load-config.ts'

/** A number within bounds, with a point if need be, as an environment variable gives it. */
export function decimalSetting(min: number, max: number, fallback: number) {
  const error = `must be a number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
    .default(fallback)
}

/** The settings of the model; required are the first three, and only when the analyzer asks a model. */
export const llmSettings = {
  /** Any OpenAI-compatible server, up to and including its version, as in https://api.openai.com/v1; a query is sent along. */
  LLM_BASE_URL: z
    .string()
    .refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
      error: 'must be a URL such as https://api.openai.com/v1',
    })
    .optional(),
  /** Sent as a bearer token and as `api-key`; servers of one's own often need none. */
  LLM_API_KEY: z.string().optional(),
  LLM_MODEL: z.string().optional(),
  /** For one request to the model, its answer included. */
  LLM_TIMEOUT_MS: integerSetting(100, 600_000, 20_000),
  /** Requests at a time of one worker. */
  LLM_CONCURRENCY: integerSetting(1, 1_000, 8),
  /** Of one worker, input and output together; 0 is no limit. */
  LLM_TOKENS_PER_MINUTE: integerSetting(0, 100_000_000, 0),
  /** In the currency of the prices, of all workers together; 0 is no limit. Afterwards the rules serve. */
  LLM_DAILY_BUDGET: decimalSetting(0, 1_000_000, 0),
  LLM_PRICE_PER_MILLION_INPUT: decimalSetting(0, 10_000, 0),
  LLM_PRICE_PER_MILLION_OUTPUT: decimalSetting(0, 10_000, 0),
  /** Whether email addresses, phone and card numbers are replaced before a note leaves. */
  LLM_MASK_PERSONAL: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('true')
    .transform((value) => value === 'true'),
} as const
