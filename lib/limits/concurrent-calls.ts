import type { LimitName, RefuseCall } from './limit-refusals.ts'

/**
 * Counts a call of a client until the returned function is called, which must be once.
 * @throws AppError `rate_limited` when the client has as many calls as it may have at a time
 */
export type StartCall = (clientId: string) => () => void

/** A guess: it is not known when a call will end. */
const RETRY_AFTER_MS = 10_000

/** Limits the calls that a client has at a time in this process. */
export function createConcurrentCalls(name: LimitName, max: number, refuse: RefuseCall): StartCall {
  const counts = new Map<string, number>()
  return (clientId) => {
    const count = counts.get(clientId) ?? 0
    if (count >= max) throw refuse(name, { allowed: false, remaining: 0, waitMs: RETRY_AFTER_MS })
    counts.set(clientId, count + 1)
    return () => {
      const left = (counts.get(clientId) ?? 0) - 1
      if (left > 0) counts.set(clientId, left)
      else counts.delete(clientId)
    }
  }
}
