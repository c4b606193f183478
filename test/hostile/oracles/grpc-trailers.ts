import type { Fault } from '../attack.ts'
import { Oracle } from '../attack.ts'
import type { RpcAnswer } from './rpc-answer.ts'
import { readStatusDetails } from './rpc-answer.ts'

/** The outcome of a gRPC or gRPC-Web call, from its trailers and messages. */
export function readTrailers(trailers: ReadonlyMap<string, string>, messages: readonly Buffer[]): RpcAnswer {
  const status = trailers.get('grpc-status') ?? ''
  const fault = (expected: string, got: string): Fault => ({ oracle: Oracle.Form, expected, got })
  if (!/^([0-9]|1[0-6])$/.test(status)) {
    return {
      code: 2,
      message: 'none',
      details: [],
      response: undefined,
      faults: [fault('a grpc-status', `"${status}"`)],
    }
  }
  const code = Number(status)
  const faults: Fault[] = []
  if (code === 0 && messages.length !== 1)
    faults.push(fault('one message', `${messages.length} messages with grpc-status 0`))
  if (code !== 0 && messages.length > 0) faults.push(fault('no message', `a message with grpc-status ${code}`))
  const details = trailers.get('grpc-status-details-bin')
  const read = details === undefined ? undefined : readStatusDetails(Buffer.from(details, 'base64'), code)
  return {
    code,
    message: decodeMessage(trailers.get('grpc-message') ?? '', faults),
    details: read?.details ?? [],
    response: messages[0] && { binary: messages[0] },
    faults: [...faults, ...(read?.faults ?? [])],
  }
}

function decodeMessage(text: string, faults: Fault[]): string {
  try {
    if (/^[\x20-\x7e]*$/.test(text)) return decodeURIComponent(text)
  } catch {
    // said below
  }
  faults.push({ oracle: Oracle.Form, expected: 'a percent-encoded grpc-message', got: JSON.stringify(text) })
  return text
}
