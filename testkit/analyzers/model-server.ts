import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that the server received. */
export interface SeenRequest {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: {
    readonly model: string
    readonly messages: readonly { readonly role: string; readonly content: string }[]
    readonly response_format?: { readonly type: string }
  }
}

/** Responds to one request, correctly or as a failing server would. `count` is 1 for the first request. */
export type Behaviour = (request: SeenRequest, response: ServerResponse, count: number) => void

export interface ModelServer {
  /** A value for LLM_BASE_URL. */
  readonly url: string
  readonly requests: SeenRequest[]
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

/** Starts an HTTP server with an OpenAI-compatible API whose responses the test chooses. */
export async function startModelServer(first: Behaviour): Promise<ModelServer> {
  let behaviour = first
  const requests: SeenRequest[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const seen = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text) }
    requests.push(seen)
    behaviour(seen, response, requests.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    behave: (next) => {
      behaviour = next
      requests.length = 0
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The note in a request. */
export function noteOf(request: SeenRequest): string {
  const user = request.body.messages.find(({ role }) => role === 'user')?.content ?? ''
  return user.split('\n').slice(1, -1).join('\n')
}

/** A valid answer to any note: its reason quotes the first word of the note. */
export function goodAnswer(request: SeenRequest, over: Record<string, unknown> = {}): string {
  return JSON.stringify({
    intent: 'support',
    priority: 'P1',
    confidence: 0.9,
    language: 'en',
    tags: ['billing'],
    reasons: [
      {
        text: 'was charged by mistake',
        quote:
          noteOf(request)
            .split(/\s+/)
            .find((word) => word !== '') ?? '',
      },
    ],
    ...over,
  })
}

/** Sends a chat completion in the format of OpenAI. */
export function sendCompletion(
  response: ServerResponse,
  content: string | null,
  over: { message?: object; finish?: string } = {},
): void {
  sendJson(response, 200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'imitated',
    choices: [
      { index: 0, finish_reason: over.finish ?? 'stop', message: { role: 'assistant', content, ...over.message } },
    ],
    usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
  })
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
