import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Sql } from '../postgres/connect.ts'
import { withQueryTimeout } from '../postgres/query-timeout.ts'

/*
 * The origins of all usable publishable keys, for CORS: a preflight has no credential that could be looked up.
 * Invariants:
 *  1. A list is replaced within 5 s of a change, unless the database is away. Then the last one stays, so that pages
 *     can read the errors. It permits no call: each is checked with its own key.
 *  2. The list is bounded.
 */

const INTERVAL_MS = 2_000
const MAX_ORIGINS = 10_000

export interface KeyOrigins {
  has(origin: string): boolean
  /** Safe to call twice. */
  stop(): Promise<void>
}

/** Reads the list at once and every two seconds from then on. */
export function watchKeyOrigins(sql: Sql, log: Log): KeyOrigins {
  let origins: ReadonlySet<string> = new Set()
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const failed = createThrottledLog(log, 'warn', 'could not read the origins of publishable keys; trying again')

  const refresh = async () => {
    try {
      origins = await readOrigins(sql)
    } catch (error) {
      failed({ err: error }) // 1
    }
    if (!stopped) timer = setTimeout(start, INTERVAL_MS).unref()
  }
  let refreshing = Promise.resolve()
  const start = () => {
    refreshing = refresh()
  }
  start()
  return {
    has: (origin) => origins.has(origin),
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await refreshing
    },
  }
}

async function readOrigins(sql: Sql): Promise<ReadonlySet<string>> {
  const rows = await withQueryTimeout(sql<{ origin: string }[]>`
    select distinct origin
    from api_key_credentials, unnest(origins) origin
    where kind = 'publishable' and revoked_at is null and (expires_at is null or expires_at > now())
    limit ${MAX_ORIGINS}`)
  return new Set(rows.map(({ origin }) => origin))
}
