import { randomBytes } from 'node:crypto'
import type { Analysis, ModelUsage, Reason } from '../../../../domain/analysis.ts'
import { contentHash } from '../../../../domain/lead.ts'
import { TerminalError } from '../../../../lib/mailbox/failure.ts'
import type { Analyzer, ReceivedNote } from '../analyzer.ts'
import type { Chat, Completion, Message } from './chat.ts'
import { MAX_OUTPUT_TOKENS } from './chat.ts'
import { type MaskedNote, maskPersonal, unmasked } from './mask.ts'
import { AnswerError, parseAnswer } from './parse-answer.ts'
import { type Answer, fenced, INSTRUCTIONS, PROMPT_VERSION, repairRequest } from './prompt-1.ts'
import type { AnswerStore, Spending } from './stores.ts'
import type { TokenLimit } from './token-limit.ts'

export interface LlmAnalyzerOptions {
  readonly model: string
  /** See `call-model.ts`. */
  readonly callModel: Chat
  readonly tokens: TokenLimit
  readonly maskPersonal: boolean
  /** Per million tokens, in any currency. */
  readonly prices: { readonly input: number; readonly output: number }
  /** In the currency of the prices; 0 means no limit. */
  readonly dailyBudget: number
  readonly spending: Spending
  readonly answers: AnswerStore
  /** Used once the daily budget is spent. */
  readonly fallback: Analyzer
}

/** Marks insights of the fallback, so that they can be found and retriaged later. */
export const BUDGET_SPENT_TAG = 'model-budget-spent'

/** How long an answer is kept in memory: no commit takes longer while PostgreSQL is reachable. */
const CACHE_MS = 15_000

/**
 * Analyzes notes with a large language model on an OpenAI-compatible server.
 *
 * Each text is sent to the model once: later calls reuse the stored answer of the same analyzer. The note is sent
 * fenced as data, with email addresses, phone and card numbers masked, and without the time it was received: an answer is
 * reused for the same text on any day. An unusable answer is returned to the model once with its errors.
 *
 * The analyzer throws TerminalError when the model refuses to answer or its second answer is unusable too; SnoozeError
 * when the model is unavailable.
 */
export function createLlmAnalyzer(options: LlmAnalyzerOptions): Analyzer {
  const id = `llm-${options.model.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-')}@${PROMPT_VERSION}`
  const cache = new Map<string, Promise<Analysis>>()

  /**
   * Concurrent calls for the same text share one call of the model. Its answer stays in the cache for a while, since
   * the store finds it only after the insight is committed.
   */
  const cached = (hash: string, callModel: () => Promise<Analysis>): Promise<Analysis> => {
    const running = cache.get(hash)
    if (running !== undefined) return running
    const remove = () => cache.delete(hash)
    const analysis = callModel()
    cache.set(hash, analysis)
    analysis.then(() => setTimeout(remove, CACHE_MS).unref(), remove)
    return analysis
  }

  const findOrCall = async (lead: ReceivedNote, hash: string, signal: AbortSignal): Promise<Analysis> => {
    const { note } = lead
    const stored = await options.answers.find(hash, id)
    if (stored !== undefined) return stored
    if (options.dailyBudget > 0 && (await options.spending.today()) >= options.dailyBudget) {
      const analysis = await options.fallback.analyze(lead, signal)
      return { ...analysis, tags: [...analysis.tags, BUDGET_SPENT_TAG].sort(), madeBy: options.fallback.id }
    }
    const masked = options.maskPersonal ? maskPersonal(note) : unmasked(note)
    options.tokens.take(estimatedTokens(masked.text))
    const { answer, usage } = await converse(options, masked.text, signal)
    return { ...toAnalysis(answer, masked, note), usage }
  }

  return {
    id,
    analyze: async (lead, signal) => {
      signal.throwIfAborted()
      const hash = contentHash(lead.note)
      return cached(hash, () => findOrCall(lead, hash, signal))
    },
  }
}

/** Sends the note and returns the answer; asks for a repair once if the answer is unusable. */
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
  await options.spending.add(usage) // unusable answers cost money too
  if (answer instanceof AnswerError) throw new TerminalError(`the answer of the model is unusable: ${answer.message}`)
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

/** In most texts a token has at least three characters. An estimate that is too high only delays calls. */
function estimatedTokens(text: string): number {
  return Math.ceil((INSTRUCTIONS.length + text.length) / 3) + MAX_OUTPUT_TOKENS
}

const TAG = /^[a-z0-9]+(-[a-z0-9]+)*$/

function toAnalysis(answer: Answer, masked: MaskedNote, note: string): Analysis {
  const tags = answer.tags.map((tag) => tag.toLowerCase()).filter((tag) => TAG.test(tag))
  return {
    intent: answer.intent,
    priority: answer.priority,
    confidence: answer.confidence,
    tags: [...new Set(tags)].sort(),
    reasons: oncePerSpan(
      answer.reasons.flatMap((reason, i) => toReason(reason, answer.reasons.length - i, masked, note)),
    ),
    language: answer.language,
  }
}

/** Keeps the first of the reasons that quote the same words. */
function oncePerSpan(reasons: readonly Reason[]): Reason[] {
  return reasons.filter(
    ({ start, end }, i) => !reasons.slice(0, i).some((earlier) => earlier.start === start && earlier.end === end),
  )
}

/** Drops reasons whose quote is not in the note. */
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
