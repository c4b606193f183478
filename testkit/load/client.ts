import http from 'node:http'
import type { NewLead } from '../../domain/lead.ts'
import type { Random } from '../random.ts'
import type { Addresses } from './addresses.ts'
import { toJson } from './leads.ts'
import type { AnsweredLead, FinalAnswer, Ledger } from './ledger.ts'
import type { Stoppers } from './stoppers.ts'
import { createStoppers } from './stoppers.ts'

const ATTEMPT_TIMEOUT_MS = 5_000
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 4_000

/** A well-behaved client: it retries with the same idempotency key until it gets a final response. */
export interface Client {
  /**
   * Stores a lead and records the response in the ledger. Never rejects.
   * @param via the address of the first attempt; each retry goes to another address than the attempt before it
   */
  store(key: string, lead: NewLead, via: string | undefined): Promise<void>
  close(): void
}

/** @param signal cancels every call */
export function createClient(options: {
  addresses: Addresses
  ledger: Ledger
  random: Random
  signal: AbortSignal
  /** Of every call, for example its credential. */
  headers?: Readonly<Record<string, string>>
}): Client {
  const { addresses, ledger, random, signal, headers = {} } = options
  const stoppers = createStoppers(signal)
  // enough for 300 calls per second that take 2 s each, and their retries; a call that waits for a socket sends nothing
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2_048, maxFreeSockets: 64 })

  return {
    store: async (key, lead, via) => {
      const call = ledger.open(key, lead)
      const body = toJson(lead, random)
      for (let address = via ?? addresses.any(random), attempts = 1; !signal.aborted; attempts += 1) {
        const reply = address
          ? await post(agent, `${address}/leads`, { ...headers, 'idempotency-key': key }, body, stoppers)
          : NO_ADDRESS
        if (reply.kind === 'answer') {
          call.answer = reply.answer
          return
        }
        if (signal.aborted) return
        call.failures.push(reply.failure)
        // jitter around the doubling time, so that clients that failed together do not retry together
        const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), MAX_BACKOFF_MS) * (0.5 + random.next())
        await stoppers.pause(Math.max(backoffMs, reply.retryAfterMs))
        address = addresses.anyBut(address, random)
      }
    },
    close: () => agent.destroy(),
  }
}

type Reply = { kind: 'answer'; answer: FinalAnswer } | { kind: 'failure'; failure: string; retryAfterMs: number }

/** The reply of a load balancer that has no process to route a call to. */
const NO_ADDRESS: Reply = { kind: 'failure', failure: 'no address', retryAfterMs: 0 }

/** One attempt. A network error, a timeout, 429 and every 5xx are failures; any other status is a final response. */
function post(
  agent: http.Agent,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  stoppers: Stoppers,
): Promise<Reply> {
  return new Promise((resolve) => {
    const fail = (failure: string, retryAfterMs = 0) => resolve({ kind: 'failure', failure, retryAfterMs })
    const allHeaders = {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const request = http.request(url, { method: 'POST', agent, headers: allHeaders })
    const end = (reason: string) => {
      fail(reason)
      request.destroy()
    }
    const stop = () => end('stopped')
    const timer = setTimeout(end, ATTEMPT_TIMEOUT_MS, 'timeout')
    stoppers.add(stop)
    request.on('close', () => {
      clearTimeout(timer)
      stoppers.remove(stop)
      fail('closed')
    })
    request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
      response.on('end', () => {
        const status = response.statusCode ?? 0
        if (status >= 500 || status === 429) {
          fail(String(status), Number(response.headers['retry-after'] ?? 0) * 1_000)
        } else {
          const replayed = response.headers['idempotent-replayed'] === 'true'
          resolve({ kind: 'answer', answer: { status, replayed, lead: leadOf(status, Buffer.concat(chunks)) } })
        }
      })
    })
    request.end(body)
  })
}

function leadOf(status: number, body: Buffer): AnsweredLead | undefined {
  if (status !== 200 && status !== 201) return undefined
  return readLead(JSON.parse(body.toString('utf8')))
}

/** Parses a lead in a REST response. */
export function readLead({ created_at: createdAt, ...lead }: Omit<AnsweredLead, 'createdAt'> & { created_at: string }) {
  return { ...lead, createdAt }
}
