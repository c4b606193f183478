import type { Fault } from '../attack.ts'
import { Oracle } from '../attack.ts'
import { OK, UNIMPLEMENTED } from '../attacks/rpc-calls.ts'
import type { Answer } from '../wire/http1.ts'
import { faultsOfProblem, parseJson } from './problem.ts'
import type { RpcAnswer } from './rpc-answer.ts'

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

/** An answer over Connect: a message, an error of the protocol, or a problem when the call did not get that far. */
export function readConnectAnswer(answer: Answer, isHead: boolean): RpcAnswer {
  const { status, headers, body } = answer
  const type = headers.get('content-type') ?? ''
  const bare = { message: `HTTP ${status}`, details: [], response: undefined }
  if (status === 200) {
    if (type.startsWith('application/json'))
      return { ...bare, code: OK, response: { json: parseJson(body) }, faults: [] }
    if (type.startsWith('application/proto')) return { ...bare, code: OK, response: { binary: body }, faults: [] }
    return { ...bare, code: OK, faults: [fault('a message', `200 with ${type}`)] }
  }
  if (isHead || status === 204) return { ...bare, code: status, faults: [] }
  const error = type.startsWith('application/json') ? parseJson(body) : undefined
  const known = typeof error?.code === 'string' ? CODES[error.code] : undefined
  if (error === undefined || known === undefined) return { ...bare, code: status, faults: faultsOfProblem(answer) }
  const [code, wanted] = known
  // a call that is refused by its path, method or content type is answered so as HTTP, with an error of the protocol
  const refusedAs = code === UNIMPLEMENTED && [404, 405, 415].includes(status) ? status : undefined
  const details = Array.isArray(error.details) ? (error.details as { type: string; value: string }[]) : []
  return {
    code: refusedAs ?? code,
    message: typeof error.message === 'string' ? error.message : '',
    details: details.map(({ type, value }) => ({ type, value: Buffer.from(value, 'base64') })),
    response: undefined,
    faults: status === (refusedAs ?? wanted) ? [] : [fault(`HTTP ${wanted} for ${error.code}`, `HTTP ${status}`)],
  }
}

function fault(expected: string, got: string): Fault {
  return { oracle: Oracle.Form, expected, got }
}
