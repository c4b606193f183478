import type { Fault } from '../attack.ts'
import { Oracle } from '../attack.ts'
import type { Answer } from './http1.ts'

/** Longer than any honest answer takes: the slowest is a 503 after two seconds, on a machine that is busy. */
export const ANSWER_TIMEOUT_MS = 15_000

export interface HttpCall {
  readonly method: string
  readonly url: string
  readonly headers: [name: string, value: string][]
  readonly body: Buffer | undefined
}

/** Sends a call that is well-formed as HTTP, by `fetch`. */
export async function sendCall(call: HttpCall): Promise<Answer | Fault> {
  const first = await trySending(call)
  // a server may close an idle connection just when a request is sent on it: once is no fault
  return 'oracle' in first && first.oracle === Oracle.Connection ? trySending(call) : first
}

async function trySending(call: HttpCall): Promise<Answer | Fault> {
  const { method, url, headers, body } = call
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const init = { method, headers, signal, redirect: 'manual' as const, ...(body && { body: new Uint8Array(body) }) }
    const response = await fetch(url, init)
    const received = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: new Map(response.headers), body: received }
  } catch (error) {
    const { name, cause } = error as Error
    if (name === 'TimeoutError')
      return { oracle: Oracle.Time, expected: `an answer within ${ANSWER_TIMEOUT_MS} ms`, got: 'none' }
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? name
    return { oracle: Oracle.Connection, expected: 'an answer', got: `fetch failed: ${code}` }
  }
}

/** The call as a person would write it down to send it again. */
export function describeCall({ method, url, headers, body }: HttpCall): string {
  const lines = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  return [...lines, '', body === undefined ? '' : describeBytes(body)].join('\n')
}

const SHOWN_BYTES = 1_200

export function describeBytes(bytes: Buffer): string {
  const shown = JSON.stringify(bytes.toString('latin1', 0, SHOWN_BYTES))
  return bytes.length > SHOWN_BYTES ? `${shown}… (${bytes.length} bytes)` : shown
}
