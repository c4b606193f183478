import { randomUUID } from 'node:crypto'

/** A lead as intake's REST protocol returns it. */
export interface LeadBody {
  id: string
  email: string | null
  phone: string | null
  name: string | null
  note: string
  source: string | null
  created_at: string
}

/** An insight as the REST protocol of insights returns it. */
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

/** POST /leads/ with a JSON body and a key, a new one unless given. */
export function postLead(url: string, body: unknown, key: string = randomUUID()): Promise<Response> {
  return fetch(`${url}/leads/`, {
    method: 'POST',
    headers: { 'idempotency-key': key, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export function getInsight(url: string, leadId: string, wait = '10s'): Promise<Response> {
  return fetch(`${url}/leads/${leadId}/insight?wait=${wait}`)
}

/** The body of a response, of the type the caller expects the contract to promise. */
export async function bodyOf<T>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T
}
