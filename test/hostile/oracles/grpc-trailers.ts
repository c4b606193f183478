import type { Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import type { RpcResult } from './rpc-response.ts'
import { readStatusDetails } from './rpc-response.ts'

/** Reads the result of a gRPC or gRPC-Web call from its trailers and messages. */
export function readTrailers(trailers: ReadonlyMap<string, string>, messages: readonly Buffer[]): RpcResult {
  const status = trailers.get('grpc-status') ?? ''
  const violation = (expected: string, got: string): Violation => ({ oracle: Oracle.Format, expected, got })
  if (!/^([0-9]|1[0-6])$/.test(status)) {
    return {
      code: 2,
      message: 'none',
      details: [],
      response: undefined,
      violations: [violation('a grpc-status', `"${status}"`)],
    }
  }
  const code = Number(status)
  const violations: Violation[] = []
  if (code === 0 && messages.length !== 1)
    violations.push(violation('one message', `${messages.length} messages with grpc-status 0`))
  if (code !== 0 && messages.length > 0) violations.push(violation('no message', `a message with grpc-status ${code}`))
  const details = trailers.get('grpc-status-details-bin')
  const read = details === undefined ? undefined : readStatusDetails(Buffer.from(details, 'base64'), code)
  return {
    code,
    message: decodeMessage(trailers.get('grpc-message') ?? '', violations),
    details: read?.details ?? [],
    response: messages[0] && { binary: messages[0] },
    violations: [...violations, ...(read?.violations ?? [])],
  }
}

function decodeMessage(text: string, violations: Violation[]): string {
  try {
    if (/^[\x20-\x7e]*$/.test(text)) return decodeURIComponent(text)
  } catch {
    // reported below
  }
  violations.push({ oracle: Oracle.Format, expected: 'a percent-encoded grpc-message', got: JSON.stringify(text) })
  return text
}
