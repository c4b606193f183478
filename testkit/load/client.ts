import http from 'node:http'
import type { NewLead } from '../../domain/lead.ts'
import type { Random } from '../random.ts'
import type { Addresses } from './addresses.ts'
import { toJson } from './leads.ts'
import type { AnsweredLead, FinalAnswer, Ledger } from './ledger.ts'
import type { Stoppers } from './stoppers.ts'
import { createStoppers } from './stoppers.ts'

const TRY_TIMEOUT_MS = 5_000
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 4_000

/** A client as it should be: it tries on with the same key until it is answered. */
export interface Client {
  /**
   * Stores a lead and notes the answer down in the ledger. Never rejects.
   * @param via the address of the first try; the others go to any but the last one
   */
  store(key: string, lead: NewLead, via: string | undefined): Promise<void>
  close(): void
}

/** @param signal ends all trying */
export function createClient(options: {
  addresses: Addresses
  ledger: Ledger
  random: Random
  signal: AbortSignal
}): Client {
  const { addresses, ledger, random, signal } = options
  const stoppers = createStoppers(signal)
  // enough for three hundred calls a second that take two seconds each, and their repeats: what waits for a socket is no answer
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2_048, maxFreeSockets: 64 })

  return {
    store: async (key, lead, via) => {
      const call = ledger.open(key, lead)
      const body = toJson(lead, random)
      for (let address = via ?? addresses.any(random), tries = 1; !signal.aborted; tries += 1) {
        const reply = address ? await post(agent, `${address}/leads`, key, body, stoppers) : NOBODY_THERE
        if (reply.kind === 'answer') {
          call.answer = reply.answer
          return
        }
        if (signal.aborted) return
        call.failures.push(reply.failure)
        // drawn around the doubling time, so that clients that failed together do not come back together
        const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (tries - 1), MAX_BACKOFF_MS) * (0.5 + random.next())
        await stoppers.pause(Math.max(backoffMs, reply.retryAfterMs))
        address = addresses.anyBut(address, random)
      }
    },
    close: () => agent.destroy(),
  }
}

type Reply = { kind: 'answer'; answer: FinalAnswer } | { kind: 'failure'; failure: string; retryAfterMs: number }

/** What a load balancer says that has no process to send a call to. */
const NOBODY_THERE: Reply = { kind: 'failure', failure: 'nobody there', retryAfterMs: 0 }

/** One try. A network error, no answer in time, 429 and every 5xx are failures; all else is an answer. */
function post(agent: http.Agent, url: string, key: string, body: string, stoppers: Stoppers): Promise<Reply> {
  return new Promise((resolve) => {
    const fail = (failure: string, retryAfterMs = 0) => resolve({ kind: 'failure', failure, retryAfterMs })
    const headers = {
      'idempotency-key': key,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const request = http.request(url, { method: 'POST', agent, headers })
    const end = (reason: string) => {
      fail(reason)
      request.destroy()
    }
    const stop = () => end('stopped')
    const timer = setTimeout(end, TRY_TIMEOUT_MS, 'timeout')
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

/** A lead as the REST protocol writes it. */
export function readLead({ created_at: createdAt, ...lead }: Omit<AnsweredLead, 'createdAt'> & { created_at: string }) {
  return { ...lead, createdAt }
}
