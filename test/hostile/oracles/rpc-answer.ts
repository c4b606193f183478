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
import type { Fault, Making } from '../attack.ts'
import { Oracle } from '../attack.ts'
import { faultsOfLead } from '../attacks/rest-leads.ts'
import type { RpcCall } from '../attacks/rpc-calls.ts'
import { OK, RESOURCE_EXHAUSTED, UNAVAILABLE } from '../attacks/rpc-calls.ts'

/** An answer over any RPC protocol. */
export interface RpcAnswer {
  /** The RPC code; of an answer that is none of the protocol's, its HTTP status. */
  readonly code: number
  readonly message: string
  /** Of an error, as `type` without its prefix and bytes. */
  readonly details: readonly { readonly type: string; readonly value: Uint8Array }[]
  /** Of a success. */
  readonly response: { readonly binary: Uint8Array } | { readonly json: unknown } | undefined
  /** What is wrong with its form so far. */
  readonly faults: readonly Fault[]
}

const DETAILS = [ErrorInfoSchema, BadRequestSchema, RequestInfoSchema, RetryInfoSchema] as const

/** Code and form of an answer, whatever the call was. */
export function faultsOfRpcAnswer(answer: RpcAnswer, allowed: ReadonlySet<number>): Fault[] {
  const { code, message, details } = answer
  const faults = [...answer.faults]
  const types = details.map(({ type }) => type)
  const isHonest = [UNAVAILABLE, RESOURCE_EXHAUSTED].includes(code) && types.includes(RetryInfoSchema.typeName)
  if (!allowed.has(code) && !isHonest)
    faults.push({ oracle: Oracle.Answer, expected: `code ${[...allowed].join(' or ')}`, got: `${code} ${message}` })
  if (code !== OK && code < 100 && message === '')
    faults.push({ oracle: Oracle.Form, expected: 'a message', got: `code ${code} without one` })
  for (const { type, value } of details) {
    const schema = DETAILS.find(({ typeName }) => typeName === type)
    if (schema === undefined) faults.push({ oracle: Oracle.Form, expected: 'a standard detail', got: type })
    else if (decode(schema, value) === undefined)
      faults.push({
        oracle: Oracle.Form,
        expected: `a ${type} that can be decoded`,
        got: Buffer.from(value).toString('hex'),
      })
  }
  return faults
}

/** `google.rpc.Status` as it stands in a gRPC trailer: its details, or what is wrong with it. */
export function readStatusDetails(bytes: Uint8Array, code: number): Pick<RpcAnswer, 'details' | 'faults'> {
  const status = decode(StatusSchema, bytes)
  const fault = (got: string): Fault => ({ oracle: Oracle.Form, expected: 'a google.rpc.Status that agrees', got })
  if (status === undefined) return { details: [], faults: [fault('bytes that are none')] }
  return {
    details: status.details.map(({ typeUrl, value }) => ({ type: typeUrl.replace(/^.*\//, ''), value })),
    faults: status.code === code ? [] : [fault(`code ${status.code} beside grpc-status ${code}`)],
  }
}

/** Whether each lead of a call became what it must, by the answer; acknowledges those that did. */
export function faultsOfLeads(call: RpcCall, { response }: RpcAnswer, { ledger }: Making): Fault[] {
  if (response === undefined) return []
  const kept = (expected: string, got: string): Fault => ({ oracle: Oracle.Kept, expected, got })
  const told = (lead: Lead | undefined) => {
    const { email = null, phone = null, name = null, note = '', source = null } = lead ?? {}
    return { email, phone, name, note, source }
  }
  if (call.method.endsWith('/CreateLead')) {
    const created = read(CreateLeadResponseSchema, response)
    if (created === undefined) return [kept('a CreateLeadResponse', 'something else')]
    const [sent] = call.leads
    if (sent?.lead === undefined) return []
    ledger.acknowledge(sent.key)
    return created.replayed ? [kept('a new lead', 'a replay')] : faultsOfLead(told(created.lead) as never, sent.lead)
  }
  if (call.method.endsWith('/BatchCreateLeads')) {
    const batch = read(BatchCreateLeadsResponseSchema, response)
    if (batch?.results.length !== call.leads.length)
      return [kept(`${call.leads.length} results`, `${batch?.results.length}`)]
    return call.leads.flatMap(({ key, lead }, index) => {
      const { outcome, lead: stored } = batch.results[index] ?? {}
      const wanted = lead ? BatchCreateLeadsOutcome.CREATED : BatchCreateLeadsOutcome.INVALID
      if (outcome !== wanted) return [kept(`outcome ${wanted} for item ${index}`, `${outcome}`)]
      if (lead === undefined) return []
      ledger.acknowledge(key)
      return faultsOfLead(told(stored) as never, lead as NewLead)
    })
  }
  return []
}

function read<T extends DescMessage>(
  schema: T,
  response: NonNullable<RpcAnswer['response']>,
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
