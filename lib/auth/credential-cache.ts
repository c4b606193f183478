import { AppError, ErrorCode } from '../errors/app-error.ts'

/*
 * Keeps what credentials were found to be worth. Invariants:
 *  1. A credential that is revoked, changed or ended stops working within FRESH_MS everywhere: what was found is used for
 *     at most that long after the query that found it was sent.
 *  2. A credential in use is looked up again in the background, so calls do not wait for the database.
 *  3. Invalid credentials are not kept, and the cache is bounded.
 */

/** The promise is 5 s; the rest is for the time between the commit of a revocation and its answer. */
const FRESH_MS = 4_500
const REFRESH_MS = 2_000
const MAX_CACHED = 10_000

/** What a look-up found. */
export interface FoundCredential<Value> {
  readonly value: Value
  /** Null when it never expires. */
  readonly expiresInMs: number | null
}

export interface CredentialCache<Value> {
  /** What is known of a credential; undefined if it has to be looked up. */
  get(credential: string): Value | undefined
  /** Looks a credential up and keeps it. @throws what the look-up throws */
  lookUp(credential: string): Promise<Value>
}

interface Entry<Value> {
  readonly value: Value
  /** When the query that found it was sent, by `performance.now()`. */
  readonly askedAt: number
  readonly expiresAt: number
  refreshing: boolean
}

/** @param find throws AppError `unauthenticated` for an invalid credential, others when it cannot tell */
export function createCredentialCache<Value>(
  find: (credential: string) => Promise<FoundCredential<Value>>,
): CredentialCache<Value> {
  const entries = new Map<string, Entry<Value>>()

  const lookUp = async (credential: string): Promise<Value> => {
    const askedAt = performance.now()
    const { value, expiresInMs } = await find(credential).catch((error: unknown) => {
      if (error instanceof AppError && error.code === ErrorCode.Unauthenticated) entries.delete(credential)
      throw error
    })
    entries.delete(credential) // so that it moves to the end: the oldest is first
    entries.set(credential, { value, askedAt, expiresAt: askedAt + (expiresInMs ?? Infinity), refreshing: false })
    if (entries.size > MAX_CACHED) entries.delete(entries.keys().next().value as string) // 3
    return value
  }

  const refresh = (credential: string, entry: Entry<Value>) => {
    entry.refreshing = true
    lookUp(credential).catch(() => {
      entry.refreshing = false // tried again by the next call, which has to wait once FRESH_MS has passed (1)
    })
  }

  return {
    get: (credential) => {
      const entry = entries.get(credential)
      if (entry === undefined) return undefined
      const now = performance.now()
      const age = now - entry.askedAt
      if (age >= FRESH_MS || now >= entry.expiresAt) return undefined
      if (age > REFRESH_MS && !entry.refreshing) refresh(credential, entry) // 2
      return entry.value
    },
    lookUp,
  }
}
