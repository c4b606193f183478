import { Pool } from 'undici'
import type { LoadJob, Sender } from '../job.ts'
import { inTurn, readLeads, withFreshKeys } from '../leads.ts'

const ROWS = 2_000

/** `POST /leads:import` with {@link ROWS} rows of NDJSON, without pipelining. */
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
        throw new Error(`POST /leads:import responded ${statusCode} ${lastLine}`)
      return { items: done.created }
    },
  }
}
