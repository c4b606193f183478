import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { IntakeService } from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { reportReady } from '../../../testkit/processes/node-program.ts'

/* Connect alone: a CreateLead that does nothing, in JSON. */

const handler = connectNodeAdapter({
  routes: (router) => router.service(IntakeService, { createLead: async () => ({ lead: { id: 'none' } }) }),
})
const server = http.createServer(handler)
server.listen(0, '127.0.0.1', () => reportReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
