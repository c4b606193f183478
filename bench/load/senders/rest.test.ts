import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Operation } from '../job.ts'
import { createRestSender } from './rest.ts'

// intake responds with the first, peers with the second
test.each(['leads/0190', '/leads/0190'])('the REST sender reads the lead id from the Location %s', async (location) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(201, { location }).end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sender = createRestSender({ operation: Operation.Rest, url, concurrency: 1 })
  expect(await sender.send()).toEqual({ items: 1, leadId: '0190' })
  server.closeAllConnections()
  server.close()
})
