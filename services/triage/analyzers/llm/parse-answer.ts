import { type Answer, answerSchema } from './prompt-1.ts'

/** An unusable answer. The message lists its errors for the model and for people. */
export class AnswerError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AnswerError'
  }
}

/**
 * Extracts the answer from the output of a model: plain, in a code fence, or after its reasoning. Removes characters
 * that PostgreSQL cannot store.
 *
 * @throws AnswerError that lists the errors
 */
export function parseAnswer(text: string): Answer {
  const json = objectIn(withoutReasoning(text))
  let value: unknown
  try {
    value = JSON.parse(json, (_, part: unknown) => (typeof part === 'string' ? storable(part) : part))
  } catch {
    throw new AnswerError('it is not JSON, or was cut off')
  }
  const parsed = answerSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AnswerError(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`).join('; '),
  )
}

/** Drops the output of reasoning models before their answer. */
function withoutReasoning(text: string): string {
  const end = text.lastIndexOf('</think>')
  return end < 0 ? text : text.slice(end + '</think>'.length)
}

function objectIn(text: string): string {
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')]
  if (start < 0 || end < start) throw new AnswerError('it holds no JSON object')
  return text.slice(start, end + 1)
}

/** JSON can encode text that PostgreSQL cannot store: U+0000 and lone surrogates. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed()
}
