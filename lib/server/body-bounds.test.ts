import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { describe, expect, test } from 'vitest'
import { TriageService } from '../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import type { DoorServer } from '../../test/fixtures/door-server.ts'
import { useDoorServers } from '../../test/fixtures/door-server.ts'
import { post } from '../../test/fixtures/post.ts'
import type { ProblemBody } from '../../test/fixtures/rest.ts'
import { bodyOf } from '../../test/fixtures/rest.ts'

const start = useDoorServers()
const KIB = 1024

/** POST /echo without an announced length. */
function postInChunks({ host, port }: DoorServer, body: unknown): Promise<{ status?: number; body: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status?: number; body: unknown }>()
  const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
  request({ host, port, path: '/echo', method: 'POST', headers, agent: false }, (response) => {
    json(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject)
  })
    .on('error', reject)
    .end(JSON.stringify(body))
  return promise
}

describe('bodies of REST calls', () => {
  test('that go over the budget together are refused as overloaded, before they are received', async () => {
    const server = await start({ maxBodyBytes: 100 * KIB })
    const response = await post(`${server.url}/echo`, 'x'.repeat(101 * KIB))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({ code: 'overloaded' })
  })

  test('give back what they took: one after another they all pass', async () => {
    const server = await start({ maxBodyBytes: 100 * KIB })
    for (let call = 0; call < 5; call += 1) {
      expect((await post(`${server.url}/echo`, { text: 'x'.repeat(80 * KIB) })).status).toBe(200)
      expect((await post(`${server.url}/echo`, '{"broken')).status).toBe(422)
    }
  })

  test('without an announced length count for all that their route allows', async () => {
    const [small, large] = [await start({ maxBodyBytes: 255 * KIB }), await start({ maxBodyBytes: 256 * KIB })]
    expect(await postInChunks(small, { a: 1 })).toMatchObject({ status: 503, body: { code: 'overloaded' } })
    for (let call = 0; call < 3; call += 1) {
      expect(await postInChunks(large, { a: 1 })).toEqual({ status: 200, body: { received: { a: 1 } } })
    }
  })

  test('that a route keeps only parts of are not counted', async () => {
    const server = await start({ maxBodyBytes: KIB })
    expect((await post(`${server.url}/long`, { text: 'x'.repeat(80 * KIB) })).status).toBe(200)
  })
})

describe.each([
  ['gRPC', (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ['Connect', (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false })],
])('bodies of calls over %s', (_name, transport) => {
  // an empty request is a body of some bytes
  test.each([
    ['one call fits', 8, 'answered'],
    ['none fits', 1, 'resource_exhausted'],
  ])('are counted, and given back: %s', async (_what, maxBodyBytes, outcome) => {
    const server = await start({ maxBodyBytes })
    const client = createClient(TriageService, transport(server.url))
    for (let call = 0; call < 5; call += 1) {
      const answer = await client.getQueue({}).then(
        () => 'answered',
        (error: Error) => error.message,
      )
      expect(answer).toContain(outcome)
    }
  })
})
