import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Sql } from '../postgres/connect.ts'
import { withQueryTimeout } from '../postgres/query-timeout.ts'

const INTERVAL_MS = 10_000

/** Stores when keys were last used, in batches: at most one statement every ten seconds. */
export interface KeyUses {
  note(keyId: string): void
  /** Stores what is left. Safe to call twice. */
  stop(): Promise<void>
}

export function recordKeyUses(sql: Sql, log: Log): KeyUses {
  let used = new Set<string>()
  let latest = ''
  const failed = createThrottledLog(log, 'warn', 'could not store when API keys were last used; trying again')

  const store = async () => {
    latest = ''
    if (used.size === 0) return
    const ids = [...used]
    used = new Set()
    try {
      await withQueryTimeout(sql`select record_key_uses(${ids}::uuid[], now())`)
    } catch (error) {
      for (const id of ids) used.add(id)
      failed({ err: error })
    }
  }
  const timer = setInterval(() => void store(), INTERVAL_MS).unref()
  return {
    note: (keyId) => {
      if (keyId === latest) return // most calls in a row have the same key
      latest = keyId
      used.add(keyId)
    },
    stop: async () => {
      clearInterval(timer)
      await store()
    },
  }
}
