import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromBinary, fromJson } from '@bufbuild/protobuf'
import type { NewLead } from '../../../domain/lead.ts'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../../../gen/google/rpc/error_details_pb.ts'
import { StatusSchema } from '../../../gen/google/rpc/status_pb.ts'
import type { Lead } from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import {
  BatchCreateLeadsOutcome,
  BatchCreateLeadsResponseSchema,
  CreateLeadResponseSchema,
} from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import type { CaseContext, Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import { checkLead } from '../fuzzers/rest-leads.ts'
import type { RpcCall } from '../fuzzers/rpc-calls.ts'
import { OK, RESOURCE_EXHAUSTED, UNAVAILABLE } from '../fuzzers/rpc-calls.ts'

/** The result of a call over any RPC protocol. */
export interface RpcResult {
  /** The RPC code, or the HTTP status of a response outside the protocol. */
  readonly code: number
  readonly message: string
  /** Error details. `type` has no URL prefix. */
  readonly details: readonly { readonly type: string; readonly value: Uint8Array }[]
  /** The message of a successful call. */
  readonly response: { readonly binary: Uint8Array } | { readonly json: unknown } | undefined
  /** Found while the response was read. */
  readonly violations: readonly Violation[]
}

const DETAILS = [ErrorInfoSchema, BadRequestSchema, RequestInfoSchema, RetryInfoSchema] as const

/** Checks the code and the error format. UNAVAILABLE and RESOURCE_EXHAUSTED are always allowed, with `RetryInfo`. */
export function checkRpcResponse(result: RpcResult, allowed: ReadonlySet<number>): Violation[] {
  const { code, message, details } = result
  const violations = [...result.violations]
  const types = details.map(({ type }) => type)
  const isOverload = [UNAVAILABLE, RESOURCE_EXHAUSTED].includes(code) && types.includes(RetryInfoSchema.typeName)
  if (!allowed.has(code) && !isOverload)
    violations.push({ oracle: Oracle.Status, expected: `code ${[...allowed].join(' or ')}`, got: `${code} ${message}` })
  if (code !== OK && code < 100 && message === '')
    violations.push({ oracle: Oracle.Format, expected: 'a message', got: `code ${code} without one` })
  for (const { type, value } of details) {
    const schema = DETAILS.find(({ typeName }) => typeName === type)
    if (schema === undefined) violations.push({ oracle: Oracle.Format, expected: 'a standard detail', got: type })
    else if (decode(schema, value) === undefined)
      violations.push({
        oracle: Oracle.Format,
        expected: `a ${type} that can be decoded`,
        got: Buffer.from(value).toString('hex'),
      })
  }
  return violations
}

/** Reads the `google.rpc.Status` of a gRPC trailer. */
export function readStatusDetails(bytes: Uint8Array, code: number): Pick<RpcResult, 'details' | 'violations'> {
  const status = decode(StatusSchema, bytes)
  const violation = (got: string): Violation => ({
    oracle: Oracle.Format,
    expected: 'a google.rpc.Status that matches grpc-status',
    got,
  })
  if (status === undefined) return { details: [], violations: [violation('undecodable bytes')] }
  return {
    details: status.details.map(({ typeUrl, value }) => ({ type: typeUrl.replace(/^.*\//, ''), value })),
    violations: status.code === code ? [] : [violation(`code ${status.code} with grpc-status ${code}`)],
  }
}

/** Checks that the response has every lead as it was sent, and acknowledges those that are stored. */
export function checkLeads(call: RpcCall, { response }: RpcResult, { ledger }: CaseContext): Violation[] {
  if (response === undefined) return []
  const notStored = (expected: string, got: string): Violation => ({ oracle: Oracle.Stored, expected, got })
  const contentOf = (lead: Lead | undefined) => {
    const { email = null, phone = null, name = null, note = '', source = null } = lead ?? {}
    return { email, phone, name, note, source }
  }
  if (call.method.endsWith('/CreateLead')) {
    const created = read(CreateLeadResponseSchema, response)
    if (created === undefined) return [notStored('a CreateLeadResponse', 'something else')]
    const [sent] = call.leads
    if (sent?.lead === undefined) return []
    ledger.acknowledge(sent.key)
    return created.replayed
      ? [notStored('a new lead', 'a replay')]
      : checkLead(contentOf(created.lead) as never, sent.lead)
  }
  if (call.method.endsWith('/BatchCreateLeads')) {
    const batch = read(BatchCreateLeadsResponseSchema, response)
    if (batch?.results.length !== call.leads.length)
      return [notStored(`${call.leads.length} results`, `${batch?.results.length}`)]
    return call.leads.flatMap(({ key, lead }, index) => {
      const { outcome, lead: stored } = batch.results[index] ?? {}
      const expected = lead ? BatchCreateLeadsOutcome.CREATED : BatchCreateLeadsOutcome.INVALID
      if (outcome !== expected) return [notStored(`outcome ${expected} for item ${index}`, `${outcome}`)]
      if (lead === undefined) return []
      ledger.acknowledge(key)
      return checkLead(contentOf(stored) as never, lead as NewLead)
    })
  }
  return []
}

function read<T extends DescMessage>(
  schema: T,
  response: NonNullable<RpcResult['response']>,
): MessageShape<T> | undefined {
  if ('binary' in response) return decode(schema, response.binary)
  try {
    return fromJson(schema, response.json as never)
  } catch {
    return undefined
  }
}

function decode<T extends DescMessage>(schema: T, bytes: Uint8Array): MessageShape<T> | undefined {
  try {
    return fromBinary(schema, bytes)
  } catch {
    return undefined
  }
}
