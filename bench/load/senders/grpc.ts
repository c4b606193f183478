import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { NewLead } from '../../../domain/lead.ts'
import type { CreateLeadRequest } from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import {
  BatchCreateLeadsOutcome,
  BatchCreateLeadsRequestSchema,
  CreateLeadRequestSchema,
  IntakeService,
} from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import type { LoadJob } from '../job.ts'
import { inTurn, readLeads, withFreshKeys } from '../leads.ts'
import type { Sender } from '../sender.ts'

/** As four client services have, each of which opens one and keeps it. */
const CONNECTIONS = 4
const BATCH_SIZE = 100

/** `CreateLead` over gRPC, on a few HTTP/2 connections as gRPC clients do. */
export function createGrpcSender({ url }: LoadJob): Sender {
  const { call } = grpcCaller(url)
  const next = inTurn(
    readLeads().map((lead) =>
      withFreshKeys((key) => framed(toBinary(CreateLeadRequestSchema, leadRequest(key, lead)))),
    ),
  )
  return {
    send: async () => {
      const { lead } = await call(IntakeService.method.createLead, next()())
      if (lead === undefined) throw new Error('CreateLead answered without a lead')
      return { items: 1, leadId: lead.id }
    },
  }
}

/** `BatchCreateLeads` with {@link BATCH_SIZE} leads over gRPC. */
export function createGrpcBatchSender({ url }: LoadJob): Sender {
  const { call } = grpcCaller(url)
  // in Protocol Buffers a message behind another is both of them: here one list of requests
  const next = inTurn(
    readLeads().map((lead) =>
      withFreshKeys((key) => {
        const request = create(BatchCreateLeadsRequestSchema, { requests: [leadRequest(key, lead)] })
        return toBinary(BatchCreateLeadsRequestSchema, request)
      }),
    ),
  )
  return {
    send: async () => {
      const requests = framed(Buffer.concat(Array.from({ length: BATCH_SIZE }, () => next()())))
      const { results } = await call(IntakeService.method.batchCreateLeads, requests)
      if (results.some(({ outcome }) => outcome !== BatchCreateLeadsOutcome.CREATED)) throw new Error('not all created')
      return { items: results.length }
    },
  }
}

/** As `create` would make it, which every kind of client does. */
export function leadRequest(idempotencyKey: string, lead: NewLead): CreateLeadRequest {
  const given = Object.fromEntries(Object.entries(lead).filter(([, value]) => value !== null))
  return create(CreateLeadRequestSchema, { idempotencyKey, lead: given })
}

interface Method<O extends DescMessage> {
  readonly parent: { readonly typeName: string }
  readonly name: string
  readonly output: O
}

/**
 * The cheapest way to make a gRPC call with Node: the client of grpc-js costs more than the protocols under test. Calls are
 * spread over the connections in turn.
 */
function grpcCaller(url: string) {
  const sessions = Array.from({ length: CONNECTIONS }, () => connect(url))
  let next = 0
  return {
    /** @param request framed, see {@link framed} */
    call: <O extends DescMessage>(method: Method<O>, request: Buffer): Promise<MessageShape<O>> =>
      new Promise((resolve, reject) => {
        const session = sessions[next++ % sessions.length] as ClientHttp2Session // there are some
        const stream = session.request({
          ':method': 'POST',
          ':path': `/${method.parent.typeName}/${method.name}`,
          'content-type': 'application/grpc',
          te: 'trailers',
        })
        const chunks: Buffer[] = []
        let status: string | undefined
        let message: string | undefined
        const readStatus = (headers: IncomingHttpHeaders) => {
          if (headers['grpc-status'] === undefined) return
          status = String(headers['grpc-status'])
          message = String(headers['grpc-message'])
        }
        stream.on('response', readStatus) // of a call that failed at once
        stream.on('trailers', readStatus)
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('error', reject)
        stream.on('end', () => {
          if (status !== '0') return reject(new Error(`${method.name} ended with ${status ?? 'nothing'}: ${message}`))
          resolve(fromBinary(method.output, Buffer.concat(chunks).subarray(PREFIX_BYTES)))
        })
        stream.end(request)
      }),
  }
}

/** A byte that says "not compressed" and the length. */
const PREFIX_BYTES = 5

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length)
  frame.writeUInt8(0, 0)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, PREFIX_BYTES)
  return frame
}
