import type { Fault } from '../attack.ts'
import { Oracle } from '../attack.ts'
import type { Answer } from '../wire/http1.ts'

/** Statuses by what may be wrong with a request. 503 is always possible, when it is honest. */
const WORDS = ['type', 'title', 'code', 'detail', 'request_id'] as const

/** What is wrong with an error answer over REST: it must be a problem (RFC 9457) that agrees with the status. */
export function faultsOfProblem({ status, headers, body }: Answer): Fault[] {
  const fault = (expected: string, got: string): Fault[] => [{ oracle: Oracle.Form, expected, got: `${status} ${got}` }]
  const type = headers.get('content-type') ?? 'no content-type'
  if (!/^application\/problem\+json(;|$)/.test(type)) {
    return fault('application/problem+json', `${type}: ${body.toString('utf8').slice(0, 120)}`)
  }
  const problem = parseJson(body)
  if (problem === undefined) return fault('a problem as JSON', body.toString('utf8').slice(0, 120))
  const missing = WORDS.filter((word) => typeof problem[word] !== 'string' || problem[word] === '')
  if (missing.length > 0) return fault(`a problem with ${missing.join(', ')}`, body.toString('utf8').slice(0, 200))
  if (problem.status !== status) return fault(`status ${status} in the problem`, String(problem.status))
  if (problem.code === 'internal') return fault('a code other than internal', String(problem.detail))
  return []
}

/** What is wrong with the status of an answer, and with the form of an error. */
export function faultsOfAnswer(answer: Answer, allowed: ReadonlySet<number>, isHead = false): Fault[] {
  const { status, headers, body } = answer
  const faults: Fault[] = []
  if (status === 503) {
    if (!headers.has('retry-after'))
      faults.push({ oracle: Oracle.Answer, expected: 'Retry-After with 503', got: '503 without it' })
  } else if (!allowed.has(status)) {
    const got = `${status} ${body.toString('utf8').slice(0, 240)}`
    faults.push({ oracle: Oracle.Answer, expected: [...allowed].join(' or '), got })
  }
  if (status >= 400 && !isHead) faults.push(...faultsOfProblem(answer))
  return faults
}

export function parseJson(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
