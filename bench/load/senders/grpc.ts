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
import type { LoadJob, Sender } from '../job.ts'
import { inTurn, readLeads, withFreshKeys } from '../leads.ts'

/** As with four client services that keep one connection each. */
const CONNECTIONS = 4
const BATCH_SIZE = 100

/** `CreateLead` over gRPC, on a few HTTP/2 connections, like gRPC clients. */
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
      if (lead === undefined) throw new Error('the response of CreateLead has no lead')
      return { items: 1, leadId: lead.id }
    },
  }
}

/** `BatchCreateLeads` with {@link BATCH_SIZE} leads over gRPC. */
export function createGrpcBatchSender({ url }: LoadJob): Sender {
  const { call } = grpcCaller(url)
  // concatenated Protocol Buffers messages are one merged message: here a request with all the elements
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
      if (results.some(({ outcome }) => outcome !== BatchCreateLeadsOutcome.CREATED))
        throw new Error('BatchCreateLeads did not create all leads')
      return { items: results.length }
    },
  }
}

/** Omits empty fields, like generated clients. */
export function leadRequest(idempotencyKey: string, lead: NewLead): CreateLeadRequest {
  const given = Object.fromEntries(Object.entries(lead).filter(([, value]) => value !== null))
  return create(CreateLeadRequestSchema, { idempotencyKey, lead: given })
}

interface Method<O extends DescMessage> {
  readonly parent: { readonly typeName: string }
  readonly name: string
  readonly output: O
}

/** A minimal gRPC client, because that of grpc-js costs more CPU than the servers under test. Connections take turns. */
function grpcCaller(url: string) {
  const sessions = Array.from({ length: CONNECTIONS }, () => connect(url))
  let next = 0
  return {
    /** @param request with its prefix, see {@link framed} */
    call: <O extends DescMessage>(method: Method<O>, request: Buffer): Promise<MessageShape<O>> =>
      new Promise((resolve, reject) => {
        const session = sessions[next++ % sessions.length] as ClientHttp2Session // the index is within the list
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
        stream.on('response', readStatus) // of a trailers-only response
        stream.on('trailers', readStatus)
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('error', reject)
        stream.on('end', () => {
          if (status !== '0')
            return reject(new Error(`${method.name} ended with grpc-status ${status ?? 'missing'}: ${message}`))
          resolve(fromBinary(method.output, Buffer.concat(chunks).subarray(PREFIX_BYTES)))
        })
        stream.end(request)
      }),
  }
}

/** The compression flag and the length of the message. */
const PREFIX_BYTES = 5

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length)
  frame.writeUInt8(0, 0)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, PREFIX_BYTES)
  return frame
}
