import { type Client, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web'
import { IntakeService } from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'

/*
 * Runs in the pages of the test, bundled. Each function stores a lead in one way, as the site of a customer would, and
 * returns what the page can see of the outcome: `stored`, an error code, or `blocked` when CORS hides the response.
 */

export interface Call {
  /** The base URL of intake. */
  readonly url: string
  readonly key: string
  readonly note: string
}

type StoreLead = (call: Call) => Promise<string>

async function storeByRpc(client: Client<typeof IntakeService>, { key, note }: Call): Promise<string> {
  const idempotencyKey = crypto.randomUUID()
  try {
    await client.createLead(
      { idempotencyKey, lead: { note } },
      { headers: { authorization: `Bearer ${key}` }, timeoutMs: 10_000 },
    )
    return 'stored'
  } catch (error) {
    const { code, rawMessage, cause } = ConnectError.from(error)
    return cause instanceof TypeError || /failed to fetch/i.test(rawMessage) ? 'blocked' : `code ${code}`
  }
}

const connect: StoreLead = (call) =>
  storeByRpc(createClient(IntakeService, createConnectTransport({ baseUrl: call.url })), call)

const grpcWeb: StoreLead = (call) =>
  storeByRpc(createClient(IntakeService, createGrpcWebTransport({ baseUrl: call.url })), call)

const rest: StoreLead = async ({ url, key, note }) => {
  const response = await seen(
    fetch(`${url}/leads`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      },
      body: JSON.stringify({ note }),
    }),
  )
  return response === undefined ? 'blocked' : outcomeOf(response)
}

/** A form that a script sends, so that the page stays. */
const formByScript: StoreLead = async ({ url, key, note }) => {
  const body = new FormData()
  body.set('message', note)
  const response = await seen(
    fetch(`${url}/forms/${key}`, { method: 'POST', headers: { accept: 'application/json' }, body }),
  )
  return response === undefined ? 'blocked' : outcomeOf(response)
}

async function outcomeOf(response: Response): Promise<string> {
  if (response.ok) return 'stored'
  const { code } = (await response.json()) as { code: string }
  return `${code}, request ${response.headers.has('x-request-id') ? 'named' : 'unnamed'}`
}

/** Undefined when the browser does not show the response to the page. */
function seen(response: Promise<Response>): Promise<Response | undefined> {
  return response.catch(() => undefined)
}

const storeLead = { connect, grpcWeb, rest, formByScript }
export type Way = keyof typeof storeLead

Object.assign(globalThis, { storeLead })
