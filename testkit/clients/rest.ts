import { randomUUID } from 'node:crypto'

/** A lead in REST responses of intake. */
export interface LeadBody {
  id: string
  email: string | null
  phone: string | null
  name: string | null
  note: string
  source: string | null
  created_at: string
}

/** An insight in REST responses of insights. */
export interface InsightBody {
  id: string
  lead_id: string
  content_hash: string
  intent: string
  priority: string
  next_action: string
  confidence: number
  tags: string[]
  stage: string
  generation: number
  created_at: string
  updated_at: string
}

export interface ProblemBody {
  code: string
  status: number
  errors?: { path: string; message: string }[]
}

/** POST with a JSON body; a string is sent as it is. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** POST /leads/ with an idempotency key, by default a new one. */
export function postLead(
  url: string,
  body: unknown,
  key: string = randomUUID(),
  headers: Record<string, string> = {},
): Promise<Response> {
  return post(`${url}/leads/`, body, { 'idempotency-key': key, ...headers })
}

export function getInsight(
  url: string,
  leadId: string,
  wait = '10s',
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/leads/${leadId}/insight?wait=${wait}`, { headers })
}

/** The JSON body of a response, as the type that the contract promises to the caller. */
export async function bodyOf<T>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T
}
