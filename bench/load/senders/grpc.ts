import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Client, credentials } from '@grpc/grpc-js'
import type { CreateLeadRequest } from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import {
  BatchCreateLeadsOutcome,
  BatchCreateLeadsRequestSchema,
  CreateLeadRequestSchema,
  IntakeService,
} from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import type { LoadJob } from '../job.ts'
import { makeLead } from '../leads.ts'
import type { Sender } from '../sender.ts'

const CONNECTIONS = 8
const BATCH_SIZE = 100

/** `CreateLead` over gRPC, on a few HTTP/2 connections as gRPC clients do. */
export function createGrpcSender({ url }: LoadJob): Sender {
  const { call } = grpcCaller(url)
  return {
    send: async () => {
      const { lead } = await call(IntakeService.method.createLead, leadRequest())
      if (lead === undefined) throw new Error('CreateLead answered without a lead')
      return { items: 1, leadId: lead.id }
    },
  }
}

/** `BatchCreateLeads` with {@link BATCH_SIZE} leads over gRPC. */
export function createGrpcBatchSender({ url }: LoadJob): Sender {
  const { call } = grpcCaller(url)
  return {
    send: async () => {
      const requests = Array.from({ length: BATCH_SIZE }, leadRequest)
      const request = create(BatchCreateLeadsRequestSchema, { requests })
      const { results } = await call(IntakeService.method.batchCreateLeads, request)
      if (results.some(({ outcome }) => outcome !== BatchCreateLeadsOutcome.CREATED)) throw new Error('not all created')
      return { items: results.length }
    },
  }
}

/** As `create` would make it, which every kind of client does. */
export function leadRequest(): CreateLeadRequest {
  const { idempotencyKey, lead } = makeLead()
  const given = Object.fromEntries(Object.entries(lead).filter(([, value]) => value !== null))
  return create(CreateLeadRequestSchema, { idempotencyKey, lead: given })
}

function grpcCaller(url: string) {
  const clients = Array.from(
    { length: CONNECTIONS },
    // a pool of its own: clients of one process otherwise share one connection
    () => new Client(new URL(url).host, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  )
  let next = 0
  return {
    call: <I extends DescMessage, O extends DescMessage>(
      method: {
        readonly parent: { readonly typeName: string }
        readonly name: string
        readonly input: I
        readonly output: O
      },
      request: MessageShape<I>,
    ): Promise<MessageShape<O>> =>
      new Promise((resolve, reject) => {
        const client = clients[next++ % clients.length] as Client // there are some
        client.makeUnaryRequest<MessageShape<I>, MessageShape<O>>(
          `/${method.parent.typeName}/${method.name}`,
          (message) => Buffer.from(toBinary(method.input, message)),
          (bytes) => fromBinary(method.output, bytes),
          request,
          (error, response) => (error || response === undefined ? reject(error) : resolve(response)),
        )
      }),
  }
}
