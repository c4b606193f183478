import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Sql } from '../postgres/connect.ts'
import { withQueryTimeout } from '../postgres/query-timeout.ts'

/** Stores that credentials were used, in batches: at most one statement in each interval. */
export interface CredentialUses {
  note(id: string): void
  /** Stores what is left. Safe to call twice. */
  stop(): Promise<void>
}

const KEYS_INTERVAL_MS = 10_000
/** A session with an idle timeout of five minutes, the shortest, is extended four times before it ends. */
const SESSIONS_INTERVAL_MS = 60_000

/** Stores when API keys were last used. */
export function recordKeyUses(sql: Sql, log: Log): CredentialUses {
  const failed = createThrottledLog(log, 'warn', 'could not store when API keys were last used; trying again')
  const store = (ids: string[]) => sql`select record_key_uses(${ids}::uuid[], now())`
  return recordUses(store, failed, KEYS_INTERVAL_MS)
}

/** Extends sessions in use by their idle timeout. */
export function recordSessionUses(sql: Sql, log: Log): CredentialUses {
  const failed = createThrottledLog(log, 'warn', 'could not extend the sessions in use; trying again')
  const store = (ids: string[]) => sql`select record_session_uses(${ids}::uuid[])`
  return recordUses(store, failed, SESSIONS_INTERVAL_MS)
}

function recordUses(
  storeIds: (ids: string[]) => Promise<unknown>,
  failed: (fields: object) => void,
  intervalMs: number,
): CredentialUses {
  let used = new Set<string>()
  let latest = ''

  const store = async () => {
    latest = ''
    if (used.size === 0) return
    const ids = [...used]
    used = new Set()
    try {
      await withQueryTimeout(storeIds(ids))
    } catch (error) {
      for (const id of ids) used.add(id)
      failed({ err: error })
    }
  }
  const timer = setInterval(() => void store(), intervalMs).unref()
  return {
    note: (id) => {
      if (id === latest) return // most calls in a row have the same credential
      latest = id
      used.add(id)
    },
    stop: async () => {
      clearInterval(timer)
      await store()
    },
  }
}
