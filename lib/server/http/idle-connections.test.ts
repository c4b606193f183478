import { createClient } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { TriageService } from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { post } from '../../../testkit/clients/rest.ts'
import { TRANSPORTS } from '../../../testkit/clients/rpc.ts'
import { collectGarbage } from '../../../testkit/collect-garbage.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

const clients: [name: string, call: (url: string) => Promise<unknown>][] = [
  ['REST', (url) => post(`${url}/echo`, { leadIds: ['a'] }).then((response) => response.text())],
]
for (const [name, transport] of TRANSPORTS) {
  clients.push([name, (url) => createClient(TriageService, transport(url)).redriveDeadLetters({ leadIds: ['a'] })])
}

test.each(clients)('an idle connection does not keep its last message in memory: %s', async (_name, call) => {
  const received: WeakRef<object>[] = []
  const server = await start({ onReceived: (message) => received.push(new WeakRef(message)) })
  await call(server.url)
  expect(received).toHaveLength(1)
  const isCollected = () => {
    collectGarbage()
    return received.every((message) => message.deref() === undefined)
  }
  await eventually(isCollected, 1_000) // before clients close idle connections, after a few seconds
})
