import OpenAI from 'openai'
import type { ChatCompletionMessageParam, ResponseFormatJSONObject, ResponseFormatJSONSchema } from 'openai/resources'
import { TerminalError } from '../../../../lib/mailbox/failure.ts'
import { toModelError } from './model-error.ts'
import { ANSWER_JSON_SCHEMA } from './prompt-1.ts'

export type Message = ChatCompletionMessageParam

/** What a model said, and what it took. */
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

/** Sends messages to the model, once. */
export type Chat = (messages: readonly Message[], signal: AbortSignal) => Promise<Completion>

/** Room for the answer; six reasons in any language fit. */
export const MOST_OUTPUT_TOKENS = 900

/** Ways to ask for JSON, the strictest first; servers that lack one answer 400 or 422. */
const FORMATS: readonly (ResponseFormatJSONSchema | ResponseFormatJSONObject | undefined)[] = [
  { type: 'json_schema', json_schema: { name: 'triage', strict: true, schema: ANSWER_JSON_SCHEMA } },
  { type: 'json_object' },
  undefined,
]

/**
 * A chat with an OpenAI-compatible server. Which way of asking for JSON it understands is found out by the first request
 * that succeeds, and kept: one that is refused may be refused for its note.
 *
 * The chat throws a ModelError; a TerminalError when the model refuses or the server finds fault with the request itself;
 * the signal's reason when that aborts.
 */
export function createChat({ baseUrl, apiKey, model, timeoutMs }: ChatOptions): Chat {
  const url = new URL(baseUrl)
  const query = Object.fromEntries(url.searchParams)
  url.search = ''
  const client = new OpenAI({
    baseURL: url.href.replace(/\/$/, ''),
    apiKey: apiKey ?? 'none',
    defaultQuery: query, // gateways in Azure's manner want an api-version
    defaultHeaders: apiKey === undefined ? {} : { 'api-key': apiKey },
    logLevel: 'off', // at its debug level it would print notes
    maxRetries: 0, // `call-model.ts` retries, within its breaker
    timeout: timeoutMs,
  })
  let understood: number | undefined

  return async (messages, signal) => {
    for (let format = understood ?? 0; ; format += 1) {
      try {
        const completion = toCompletion(await complete(format, messages, signal))
        understood ??= format
        return completion
      } catch (thrown) {
        signal.throwIfAborted()
        const error = toModelError(thrown)
        if (error === undefined) throw thrown
        if (error.status !== 400 && error.status !== 422) throw error
        if (format === FORMATS.length - 1) throw new TerminalError(`${error.message}: it refuses the request`)
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
        max_tokens: MOST_OUTPUT_TOKENS,
        ...(responseFormat === undefined ? {} : { response_format: responseFormat }),
      },
      // the client's own timeout ends with the head of the answer; its body may drip for ever
      { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
    )
  }
}

function toCompletion(answer: OpenAI.ChatCompletion): Completion {
  const message = answer.choices?.[0]?.message
  if (message?.refusal) throw new TerminalError('the model refuses to answer')
  return {
    text: typeof message?.content === 'string' ? message.content : '', // whatever the types promise of it
    inputTokens: answer.usage?.prompt_tokens ?? 0,
    outputTokens: answer.usage?.completion_tokens ?? 0,
  }
}
