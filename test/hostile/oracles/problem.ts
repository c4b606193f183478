import type { Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import type { HttpResponse } from '../wire/http1.ts'

/** Required members of a problem. */
const REQUIRED = ['type', 'title', 'code', 'detail', 'request_id'] as const

/** Checks an error response over REST: it must be a problem (RFC 9457) that matches the status. */
export function checkProblem({ status, headers, body }: HttpResponse): Violation[] {
  const violation = (expected: string, got: string): Violation[] => [
    { oracle: Oracle.Format, expected, got: `${status} ${got}` },
  ]
  const type = headers.get('content-type') ?? 'no content-type'
  if (!/^application\/problem\+json(;|$)/.test(type)) {
    return violation('application/problem+json', `${type}: ${body.toString('utf8').slice(0, 120)}`)
  }
  const problem = parseJson(body)
  if (problem === undefined) return violation('a problem as JSON', body.toString('utf8').slice(0, 120))
  const missing = REQUIRED.filter((member) => typeof problem[member] !== 'string' || problem[member] === '')
  if (missing.length > 0) return violation(`a problem with ${missing.join(', ')}`, body.toString('utf8').slice(0, 200))
  if (problem.status !== status) return violation(`status ${status} in the problem`, String(problem.status))
  if (problem.code === 'internal') return violation('a code other than internal', String(problem.detail))
  return []
}

/** Checks the status of a response and the format of an error. 503 is always allowed, with `Retry-After`. */
export function checkResponse(response: HttpResponse, allowed: ReadonlySet<number>, isHead = false): Violation[] {
  const { status, headers, body } = response
  const violations: Violation[] = []
  if (status === 503) {
    if (!headers.has('retry-after'))
      violations.push({ oracle: Oracle.Status, expected: 'Retry-After with 503', got: '503 without it' })
  } else if (!allowed.has(status)) {
    const got = `${status} ${body.toString('utf8').slice(0, 240)}`
    violations.push({ oracle: Oracle.Status, expected: [...allowed].join(' or '), got })
  }
  if (status >= 400 && !isHead) violations.push(...checkProblem(response))
  return violations
}

export function parseJson(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
