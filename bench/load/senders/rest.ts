import { randomUUID } from 'node:crypto'
import { Client } from 'undici'
import type { LoadJob } from '../job.ts'
import { inTurn, readLeads } from '../leads.ts'
import type { Sender, Sent } from '../sender.ts'

type DispatchOptions = Parameters<Client['dispatch']>[0]
type ReadAnswer = (status: number, header: (name: string) => string | undefined) => Sent

/** `POST /leads`, one request after the other on each connection (no pipelining). */
export function createRestSender({ url, concurrency }: LoadJob): Sender {
  const nextBody = inTurn(readLeads().map((lead) => Buffer.from(JSON.stringify(lead))))
  const nextRequest = (): DispatchOptions => ({
    method: 'POST',
    path: '/leads',
    headers: ['content-type', 'application/json', 'idempotency-key', randomUUID()],
    body: nextBody(),
  })
  return httpSender(url, concurrency, nextRequest, (status, header) => {
    if (status !== 201) throw new Error(`POST /leads answered ${status}`)
    const leadId = header('location')?.slice('/leads/'.length)
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
    if (status !== 200) throw new Error(`GET insight answered ${status}`)
    return { items: 1 }
  })
}

function httpSender(url: string, connections: number, next: () => DispatchOptions, readAnswer: ReadAnswer): Sender {
  const clients = Array.from({ length: connections }, () => new Client(url, { pipelining: 1 }))
  const free = [...clients]
  const waiting: ((client: Client) => void)[] = []
  const giveBack = (client: Client) => {
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
        giveBack(client)
      }
    },
  }
}

/** The cheapest way to make a call with undici: its own streams and body readers cost more than the protocols under test. */
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
