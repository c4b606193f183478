import { type Answer, answerSchema } from './prompt-1.ts'

/** What a model said cannot be used; the message tells the model, and people, what is wrong. */
export class AnswerError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AnswerError'
  }
}

/**
 * Finds the answer in what a model said: alone, fenced as code, or behind its thoughts. Its texts can be stored, whatever
 * the model was made to say.
 *
 * @throws AnswerError that says what is wrong
 */
export function parseAnswer(text: string): Answer {
  const json = objectIn(withoutThoughts(text))
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

/** Reasoning models think aloud first. */
function withoutThoughts(text: string): string {
  const end = text.lastIndexOf('</think>')
  return end < 0 ? text : text.slice(end + '</think>'.length)
}

function objectIn(text: string): string {
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')]
  if (start < 0 || end < start) throw new AnswerError('it holds no JSON object')
  return text.slice(start, end + 1)
}

/** JSON may name what PostgreSQL stores in no text: U+0000, and half a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed()
}
