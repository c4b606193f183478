import type { Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import type { HttpResponse } from './http1.ts'

/** Well above the slowest valid response, a 503 after two seconds, to allow for a busy machine. */
export const RESPONSE_TIMEOUT_MS = 15_000

export interface HttpCall {
  readonly method: string
  readonly url: string
  readonly headers: [name: string, value: string][]
  readonly body: Buffer | undefined
}

/** Sends a call that is valid HTTP, using `fetch`. */
export async function sendCall(call: HttpCall): Promise<HttpResponse | Violation> {
  const first = await trySending(call)
  // retry once: the server may close an idle connection just as a request is sent on it
  return 'oracle' in first && first.oracle === Oracle.Connection ? trySending(call) : first
}

async function trySending(call: HttpCall): Promise<HttpResponse | Violation> {
  const { method, url, headers, body } = call
  try {
    const signal = AbortSignal.timeout(RESPONSE_TIMEOUT_MS)
    const init = { method, headers, signal, redirect: 'manual' as const, ...(body && { body: new Uint8Array(body) }) }
    const response = await fetch(url, init)
    const received = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: new Map(response.headers), body: received }
  } catch (error) {
    const { name, cause } = error as Error
    if (name === 'TimeoutError')
      return { oracle: Oracle.Timeout, expected: `a response within ${RESPONSE_TIMEOUT_MS} ms`, got: 'none' }
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? name
    return { oracle: Oracle.Connection, expected: 'a response', got: `fetch failed: ${code}` }
  }
}

/** Returns the call in readable form. */
export function describeCall({ method, url, headers, body }: HttpCall): string {
  const lines = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  return [...lines, '', body === undefined ? '' : describeBytes(body)].join('\n')
}

const MAX_SHOWN_BYTES = 1_200

export function describeBytes(bytes: Buffer): string {
  const shown = JSON.stringify(bytes.toString('latin1', 0, MAX_SHOWN_BYTES))
  return bytes.length > MAX_SHOWN_BYTES ? `${shown}… (${bytes.length} bytes)` : shown
}
