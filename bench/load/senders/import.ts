import { Pool } from 'undici'
import type { LoadJob } from '../job.ts'
import { makeLead } from '../leads.ts'
import type { Sender } from '../sender.ts'

const ROWS = 2_000

/** `POST /leads:import` with {@link ROWS} rows of NDJSON, one import after the other on each connection. */
export function createImportSender({ url, concurrency }: LoadJob): Sender {
  const pool = new Pool(url, { connections: concurrency, pipelining: 1 })
  return {
    send: async () => {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/leads:import',
        headers: { 'content-type': 'application/x-ndjson' },
        body: Array.from({ length: ROWS }, makeRow).join(''),
      })
      const lastLine = (await body.text()).trimEnd().split('\n').at(-1) ?? ''
      const { done } = JSON.parse(lastLine) as { done?: { created: number } }
      if (statusCode !== 200 || done?.created !== ROWS)
        throw new Error(`the import ended with ${statusCode} ${lastLine}`)
      return { items: done.created }
    },
  }
}

function makeRow(): string {
  const { idempotencyKey, lead } = makeLead()
  return `${JSON.stringify({ idempotency_key: idempotencyKey, ...lead })}\n`
}
