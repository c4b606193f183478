import { randomUUID } from 'node:crypto'
import { Client } from 'undici'
import type { LoadJob, Sender, Sent } from '../job.ts'
import { inTurn, readLeads } from '../leads.ts'

type DispatchOptions = Parameters<Client['dispatch']>[0]
type ReadAnswer = (status: number, header: (name: string) => string | undefined) => Sent

/** `POST /leads`, without pipelining. */
export function createRestSender({ url, concurrency, authorization }: LoadJob): Sender {
  const credential = authorization === undefined ? [] : ['authorization', authorization]
  const nextBody = inTurn(readLeads().map((lead) => Buffer.from(JSON.stringify(lead))))
  const nextRequest = (): DispatchOptions => ({
    method: 'POST',
    path: '/leads',
    headers: ['content-type', 'application/json', 'idempotency-key', randomUUID(), ...credential],
    body: nextBody(),
  })
  return httpSender(url, concurrency, nextRequest, (status, header) => {
    if (status !== 201) throw new Error(`POST /leads responded ${status}`)
    const leadId = header('location')?.split('/').at(-1)
    return leadId === undefined ? { items: 1 } : { items: 1, leadId }
  })
}

/** `GET /leads/{lead_id}/insight` of leads that have one. */
export function createReadSender({ url, concurrency, leadIds = [] }: LoadJob): Sender {
  let next = 0
  const nextRequest = (): DispatchOptions => {
    const leadId = leadIds[next++ % leadIds.length]
    return { method: 'GET', path: `/leads/${leadId}/insight` }
  }
  return httpSender(url, concurrency, nextRequest, (status) => {
    if (status !== 200) throw new Error(`GET insight responded ${status}`)
    return { items: 1 }
  })
}

function httpSender(url: string, connections: number, next: () => DispatchOptions, readAnswer: ReadAnswer): Sender {
  const clients = Array.from({ length: connections }, () => new Client(url, { pipelining: 1 }))
  const free = [...clients]
  const waiting: ((client: Client) => void)[] = []
  const release = (client: Client) => {
    const waiter = waiting.shift()
    if (waiter) waiter(client)
    else free.push(client)
  }
  return {
    send: async () => {
      const client = free.pop() ?? (await new Promise<Client>((resolve) => waiting.push(resolve)))
      try {
        return await exchange(client, next(), readAnswer)
      } finally {
        release(client)
      }
    },
  }
}

/** Uses undici's `dispatch`, because its streams and body readers cost more CPU than the servers under test. */
function exchange(client: Client, request: DispatchOptions, readAnswer: ReadAnswer): Promise<Sent> {
  return new Promise((resolve, reject) => {
    let sent: Sent | undefined
    client.dispatch(request, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, status, headers) => {
        try {
          sent = readAnswer(status, (name) => {
            const value = headers[name]
            return Array.isArray(value) ? value[0] : value
          })
        } catch (error) {
          reject(error)
        }
      },
      onResponseData: () => undefined,
      onResponseEnd: () => resolve(sent ?? { items: 0 }),
      onResponseError: (_controller, error) => reject(error),
    })
  })
}
