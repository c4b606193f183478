import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import {
  CreateLeadRequestSchema,
  CreateLeadResponseSchema,
  IntakeService,
} from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { reportReady } from '../../../testkit/processes/node-program.ts'

/* grpc-js alone: a CreateLead that does nothing. */

const answer = Buffer.from(
  toBinary(CreateLeadResponseSchema, create(CreateLeadResponseSchema, { lead: { id: 'none' } })),
)
const server = new Server()
server.addService(
  {
    createLead: {
      path: `/${IntakeService.typeName}/CreateLead`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => fromBinary(CreateLeadRequestSchema, bytes),
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  },
  { createLead: (_call: unknown, callback: (error: null, bytes: Buffer) => void) => callback(null, answer) },
)
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error
  reportReady(`http://127.0.0.1:${port}`)
})
