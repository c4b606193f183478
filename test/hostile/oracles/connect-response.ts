import type { Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import { OK, UNIMPLEMENTED } from '../fuzzers/rpc-calls.ts'
import type { HttpResponse } from '../wire/http1.ts'
import { checkProblem, parseJson } from './problem.ts'
import type { RpcResult } from './rpc-response.ts'

/** Number and HTTP status of each Connect code (connectrpc.com/docs/protocol). */
const CODES: Readonly<Record<string, readonly [code: number, status: number]>> = {
  canceled: [1, 499],
  unknown: [2, 500],
  invalid_argument: [3, 400],
  deadline_exceeded: [4, 504],
  not_found: [5, 404],
  already_exists: [6, 409],
  permission_denied: [7, 403],
  resource_exhausted: [8, 429],
  failed_precondition: [9, 400],
  aborted: [10, 409],
  out_of_range: [11, 400],
  unimplemented: [12, 501],
  internal: [13, 500],
  unavailable: [14, 503],
  data_loss: [15, 500],
  unauthenticated: [16, 401],
}

/** Reads a response over Connect: a message, a Connect error, or a problem if the call did not reach Connect. */
export function readConnectResponse(response: HttpResponse, isHead: boolean): RpcResult {
  const { status, headers, body } = response
  const type = headers.get('content-type') ?? ''
  const base = { message: `HTTP ${status}`, details: [], response: undefined }
  if (status === 200) {
    if (type.startsWith('application/json'))
      return { ...base, code: OK, response: { json: parseJson(body) }, violations: [] }
    if (type.startsWith('application/proto')) return { ...base, code: OK, response: { binary: body }, violations: [] }
    return { ...base, code: OK, violations: [violation('a message', `200 with ${type}`)] }
  }
  if (isHead || status === 204) return { ...base, code: status, violations: [] }
  const error = type.startsWith('application/json') ? parseJson(body) : undefined
  const known = typeof error?.code === 'string' ? CODES[error.code] : undefined
  if (error === undefined || known === undefined) return { ...base, code: status, violations: checkProblem(response) }
  const [code, expectedStatus] = known
  // a wrong path, method or content type gets its HTTP status together with a Connect error
  const httpCode = code === UNIMPLEMENTED && [404, 405, 415].includes(status) ? status : undefined
  const details = Array.isArray(error.details) ? (error.details as { type: string; value: string }[]) : []
  return {
    code: httpCode ?? code,
    message: typeof error.message === 'string' ? error.message : '',
    details: details.map(({ type, value }) => ({ type, value: Buffer.from(value, 'base64') })),
    response: undefined,
    violations:
      status === (httpCode ?? expectedStatus)
        ? []
        : [violation(`HTTP ${expectedStatus} for ${error.code}`, `HTTP ${status}`)],
  }
}

function violation(expected: string, got: string): Violation {
  return { oracle: Oracle.Format, expected, got }
}
