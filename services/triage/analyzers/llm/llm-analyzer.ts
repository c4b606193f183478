import { randomBytes } from 'node:crypto'
import type { Analysis, ModelUsage, Reason } from '../../../../domain/analysis.ts'
import { contentHash } from '../../../../domain/lead.ts'
import { TerminalError } from '../../../../lib/mailbox/failure.ts'
import type { Analyzer } from '../analyzer.ts'
import type { AnswerStore } from './answer-store.ts'
import type { Chat, Completion, Message } from './chat.ts'
import { MOST_OUTPUT_TOKENS } from './chat.ts'
import { type MaskedNote, maskPersonal, unmasked } from './mask.ts'
import { AnswerError, parseAnswer } from './parse-answer.ts'
import { type Answer, fenced, INSTRUCTIONS, PROMPT_VERSION, repairRequest } from './prompt-1.ts'
import type { Spending } from './spending-store.ts'
import type { TokenLimit } from './token-limit.ts'

export interface LlmAnalyzerOptions {
  readonly model: string
  /** Asks the model; see `call-model.ts`. */
  readonly callModel: Chat
  readonly tokens: TokenLimit
  readonly maskPersonal: boolean
  /** In any currency, for a million tokens. */
  readonly prices: { readonly input: number; readonly output: number }
  /** In the same currency; 0 is no limit. */
  readonly dailyBudget: number
  readonly spending: Spending
  /** Answers that were bought before. */
  readonly answers: AnswerStore
  /** Serves when the day's budget is spent. */
  readonly fallback: Analyzer
}

/** A tag for filtering: these insights may be worth a retriage tomorrow. */
export const BUDGET_SPENT_TAG = 'model-budget-spent'

/** No commit takes longer, but for a database that is away. */
const COMMITTED_WITHIN_MS = 15_000

/**
 * Judges notes by a large language model behind an OpenAI-compatible server.
 *
 * A note is judged once: an answer for the same text by the same analyzer is reused. The note goes out fenced as data,
 * without addresses and numbers. An answer that cannot be used is sent back once with what is wrong with it.
 *
 * @throws TerminalError when the model refuses or its second answer cannot be used either; SnoozeError when it
 *   cannot be had now
 */
export function createLlmAnalyzer(options: LlmAnalyzerOptions): Analyzer {
  const id = `llm-${options.model.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-')}@${PROMPT_VERSION}`
  const asked = new Map<string, Promise<Analysis>>()

  /**
   * Of several askers of one text at the same time one asks the model. An answer stays for a while after it came: until
   * its insight is committed nobody finds it in the store.
   */
  const once = (hash: string, ask: () => Promise<Analysis>): Promise<Analysis> => {
    const running = asked.get(hash)
    if (running !== undefined) return running
    const forget = () => asked.delete(hash)
    const answer = ask()
    asked.set(hash, answer)
    answer.then(() => setTimeout(forget, COMMITTED_WITHIN_MS).unref(), forget)
    return answer
  }

  const ask = async (note: string, hash: string, signal: AbortSignal): Promise<Analysis> => {
    const known = await options.answers.find(hash, id)
    if (known !== undefined) return known
    if (options.dailyBudget > 0 && (await options.spending.today()) >= options.dailyBudget) {
      const analysis = await options.fallback.analyze(note, signal)
      return { ...analysis, tags: [...analysis.tags, BUDGET_SPENT_TAG].sort(), madeBy: options.fallback.id }
    }
    const masked = options.maskPersonal ? maskPersonal(note) : unmasked(note)
    options.tokens.take(estimatedTokens(masked.text))
    const { answer, usage } = await converse(options, masked.text, signal)
    return { ...toAnalysis(answer, masked, note), usage }
  }

  return {
    id,
    analyze: async (note, signal) => {
      signal.throwIfAborted()
      const hash = contentHash(note)
      return once(hash, () => ask(note, hash, signal))
    },
  }
}

/** The question, the answer, and once more when it cannot be used. */
async function converse(
  options: LlmAnalyzerOptions,
  text: string,
  signal: AbortSignal,
): Promise<{ answer: Answer; usage: ModelUsage }> {
  const startedAt = performance.now()
  const messages: Message[] = [
    { role: 'system', content: INSTRUCTIONS },
    { role: 'user', content: fenced(text, randomBytes(12).toString('hex')) },
  ]
  const first = await options.callModel(messages, signal)
  const completions = [first]
  let answer = parsed(first)
  if (answer instanceof AnswerError) {
    const repair: Message[] = [
      ...messages,
      { role: 'assistant', content: first.text },
      { role: 'user', content: repairRequest(answer.message) },
    ]
    const second = await options.callModel(repair, signal)
    completions.push(second)
    answer = parsed(second)
  }
  const usage = usageOf(options, completions, performance.now() - startedAt)
  await options.spending.add(usage) // also for an answer that was bought in vain
  if (answer instanceof AnswerError) throw new TerminalError(`the model's answer cannot be used: ${answer.message}`)
  return { answer, usage }
}

function parsed({ text }: Completion): Answer | AnswerError {
  try {
    return parseAnswer(text)
  } catch (error) {
    if (error instanceof AnswerError) return error
    throw error
  }
}

function usageOf({ model, prices }: LlmAnalyzerOptions, completions: readonly Completion[], ms: number): ModelUsage {
  const inputTokens = completions.reduce((sum, completion) => sum + completion.inputTokens, 0)
  const outputTokens = completions.reduce((sum, completion) => sum + completion.outputTokens, 0)
  const cost = (inputTokens * prices.input + outputTokens * prices.output) / 1e6
  return { model, inputTokens, outputTokens, ms: Math.round(ms), cost }
}

/** A token is at least three characters of most texts; too high a guess only waits longer. */
function estimatedTokens(text: string): number {
  return Math.ceil((INSTRUCTIONS.length + text.length) / 3) + MOST_OUTPUT_TOKENS
}

const TAG = /^[a-z0-9]+(-[a-z0-9]+)*$/

function toAnalysis(answer: Answer, masked: MaskedNote, note: string): Analysis {
  const tags = answer.tags.map((tag) => tag.toLowerCase()).filter((tag) => TAG.test(tag))
  return {
    intent: answer.intent,
    priority: answer.priority,
    confidence: answer.confidence,
    tags: [...new Set(tags)].sort(),
    reasons: answer.reasons.flatMap((reason, i) => toReason(reason, answer.reasons.length - i, masked, note)),
    language: answer.language,
  }
}

/** A quote that the note does not hold explains nothing. */
function toReason(
  { text, quote }: Answer['reasons'][number],
  weight: number,
  masked: MaskedNote,
  note: string,
): Reason[] {
  const at = quote.trim() === '' ? -1 : masked.text.indexOf(quote)
  if (at < 0 || text.trim() === '') return []
  const start = masked.originalIndex(at)
  const end = Math.min(note.length, masked.originalIndex(at + quote.length))
  return end > start ? [{ text, start, end, weight }] : []
}
