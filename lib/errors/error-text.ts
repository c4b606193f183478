/*
 * `JSON.parse` quotes the text that it cannot parse in the SyntaxError's message. That text may be personal data, so
 * the message of a SyntaxError never reaches a log, a dead letter or an operator.
 */
const WITHHELD = 'withheld: it may quote the text that could not be parsed'

/** The message of an error, safe to log. */
export function messageOf(error: Error): string {
  return error instanceof SyntaxError ? WITHHELD : error.message
}

/** The stack of an error, safe to log. */
export function stackOf(error: Error): string | undefined {
  if (!(error instanceof SyntaxError)) return error.stack
  const frames = error.stack?.split('\n').filter((line) => /^ {4}at /.test(line)) ?? []
  return [`${error.name}: ${WITHHELD}`, ...frames].join('\n')
}

/** The reason for a failure, for people to read: the message of the thrown value, without its class name. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof SyntaxError) return `text could not be parsed; the parser's message is ${WITHHELD}`
  return error.message || `failed without a message (${error.name})`
}
