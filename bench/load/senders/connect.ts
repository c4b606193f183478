import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { IntakeService } from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import type { LoadJob, Sender } from '../job.ts'
import { inTurn, readLeads } from '../leads.ts'
import { leadRequest } from './grpc.ts'

/** `CreateLead` in Connect's JSON, over HTTP/1.1. */
export function createConnectSender({ url, concurrency }: LoadJob): Sender {
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency })
  const transport = createConnectTransport({
    baseUrl: url,
    httpVersion: '1.1',
    useBinaryFormat: false,
    nodeOptions: { agent },
  })
  const client = createClient(IntakeService, transport)
  const nextLead = inTurn(readLeads())
  return {
    send: async () => {
      const { lead } = await client.createLead(leadRequest(randomUUID(), nextLead()))
      return lead === undefined ? { items: 1 } : { items: 1, leadId: lead.id }
    },
  }
}
