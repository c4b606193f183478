const WITHHELD = 'withheld: it may quote what could not be parsed'

/**
 * An error's message, for logs and dead letters. That of a SyntaxError is withheld: `JSON.parse` quotes the text at fault,
 * and that text may be what somebody sent.
 */
export function messageOf(error: Error): string {
  return error instanceof SyntaxError ? WITHHELD : error.message
}

/** An error's stack, likewise. */
export function stackOf(error: Error): string | undefined {
  if (!(error instanceof SyntaxError)) return error.stack
  const frames = error.stack?.split('\n').filter((line) => /^ {4}at /.test(line)) ?? []
  return [`${error.name}: ${WITHHELD}`, ...frames].join('\n')
}

/** Why something failed, in words for people: the message of what was thrown, without the name of its class. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof SyntaxError) return `a text could not be parsed, and what the parser says is ${WITHHELD}`
  return error.message || `it failed without saying why (${error.name})`
}
