import { createClient } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { TriageService } from '../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { collectGarbage } from '../../test/fixtures/collect-garbage.ts'
import { useDoorServers } from '../../test/fixtures/door-server.ts'
import { eventually } from '../../test/fixtures/eventually.ts'
import { post } from '../../test/fixtures/post.ts'
import { TRANSPORTS } from '../../test/fixtures/transports.ts'

const start = useDoorServers()

const clients: [name: string, call: (url: string) => Promise<unknown>][] = [
  ['REST', (url) => post(`${url}/echo`, { leadIds: ['a'] }).then((response) => response.text())],
]
for (const [name, transport] of TRANSPORTS) {
  clients.push([name, (url) => createClient(TriageService, transport(url)).redriveDeadLetters({ leadIds: ['a'] })])
}

test.each(clients)('a connection that stays open keeps nothing of its last message: %s', async (_name, call) => {
  const received: WeakRef<object>[] = []
  const server = await start({ onReceived: (message) => received.push(new WeakRef(message)) })
  await call(server.url)
  expect(received).toHaveLength(1)
  const isForgotten = () => {
    collectGarbage()
    return received.every((message) => message.deref() === undefined)
  }
  await eventually(isForgotten, 1_000) // clients close idle connections after some seconds
})
