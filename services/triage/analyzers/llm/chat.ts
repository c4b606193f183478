import OpenAI from 'openai'
import type { ChatCompletionMessageParam, ResponseFormatJSONObject, ResponseFormatJSONSchema } from 'openai/resources'
import { TerminalError } from '../../../../lib/mailbox/failure.ts'
import { toModelError } from './model-error.ts'
import { ANSWER_JSON_SCHEMA } from './prompt-1.ts'

export type Message = ChatCompletionMessageParam

/** The answer of a model, and its tokens. */
export interface Completion {
  readonly text: string
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface ChatOptions {
  readonly baseUrl: string
  readonly apiKey: string | undefined
  readonly model: string
  readonly timeoutMs: number
}

/** Sends messages to the model. */
export type Chat = (messages: readonly Message[], signal: AbortSignal) => Promise<Completion>

/** Enough for an answer with six reasons in any language. */
export const MAX_OUTPUT_TOKENS = 900

/** Ways to request JSON, strictest first. Servers return 400 or 422 for one they do not support. */
const FORMATS: readonly (ResponseFormatJSONSchema | ResponseFormatJSONObject | undefined)[] = [
  { type: 'json_schema', json_schema: { name: 'triage', strict: true, schema: ANSWER_JSON_SCHEMA } },
  { type: 'json_object' },
  undefined,
]

/**
 * Creates a chat with an OpenAI-compatible server. The first request that succeeds determines the JSON format for all
 * later requests; a failed request does not, since the server may have rejected its note.
 *
 * The chat throws ModelError; TerminalError when the model refuses to answer or the server rejects the request in every
 * format; the signal's reason after an abort.
 */
export function createChat({ baseUrl, apiKey, model, timeoutMs }: ChatOptions): Chat {
  const url = new URL(baseUrl)
  const query = Object.fromEntries(url.searchParams)
  url.search = ''
  const client = new OpenAI({
    baseURL: url.href.replace(/\/$/, ''),
    apiKey: apiKey ?? 'none',
    defaultQuery: query, // for example api-version, which Azure OpenAI requires
    defaultHeaders: apiKey === undefined ? {} : { 'api-key': apiKey },
    logLevel: 'off', // the debug level would log notes
    maxRetries: 0, // `call-model.ts` retries, with a circuit breaker
    timeout: timeoutMs,
  })
  let supported: number | undefined

  return async (messages, signal) => {
    for (let format = supported ?? 0; ; format += 1) {
      try {
        const completion = toCompletion(await complete(format, messages, signal))
        supported ??= format
        return completion
      } catch (thrown) {
        signal.throwIfAborted()
        const error = toModelError(thrown)
        if (error === undefined) throw thrown
        if (error.status !== 400 && error.status !== 422) throw error
        if (format === FORMATS.length - 1) throw new TerminalError(`${error.message}: request rejected`)
      }
    }
  }

  function complete(format: number, messages: readonly Message[], signal: AbortSignal) {
    const responseFormat = FORMATS[format]
    return client.chat.completions.create(
      {
        model,
        messages: [...messages],
        temperature: 0,
        max_tokens: MAX_OUTPUT_TOKENS,
        ...(responseFormat === undefined ? {} : { response_format: responseFormat }),
      },
      // the client's own timeout covers only the response headers, not a slow body
      { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
    )
  }
}

function toCompletion(response: OpenAI.ChatCompletion): Completion {
  const message = response.choices?.[0]?.message
  if (message?.refusal) throw new TerminalError('the model refused to answer')
  return {
    text: typeof message?.content === 'string' ? message.content : '', // servers may return other types
    inputTokens: response.usage?.prompt_tokens ?? 0,
    outputTokens: response.usage?.completion_tokens ?? 0,
  }
}
