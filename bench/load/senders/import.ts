import { Pool } from 'undici'
import type { LoadJob } from '../job.ts'
import { inTurn, readLeads, withFreshKeys } from '../leads.ts'
import type { Sender } from '../sender.ts'

const ROWS = 2_000

/** `POST /leads:import` with {@link ROWS} rows of NDJSON, one import after the other on each connection. */
export function createImportSender({ url, concurrency }: LoadJob): Sender {
  const pool = new Pool(url, { connections: concurrency, pipelining: 1 })
  const next = inTurn(
    readLeads().map((lead) =>
      withFreshKeys((key) => Buffer.from(`${JSON.stringify({ idempotency_key: key, ...lead })}\n`)),
    ),
  )
  return {
    send: async () => {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/leads:import',
        headers: { 'content-type': 'application/x-ndjson' },
        body: Buffer.concat(Array.from({ length: ROWS }, () => next()())),
      })
      const lastLine = (await body.text()).trimEnd().split('\n').at(-1) ?? ''
      const { done } = JSON.parse(lastLine) as { done?: { created: number } }
      if (statusCode !== 200 || done?.created !== ROWS)
        throw new Error(`the import ended with ${statusCode} ${lastLine}`)
      return { items: done.created }
    },
  }
}
