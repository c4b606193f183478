/** Calls within this fraction of the limit share a signal. */
const SHARED_FRACTION = 0.01

/**
 * Limits the time of an analyzer per note to at least `limitMs` and at most 1% more. Notes that start within that 1%
 * share a signal, since a timer and a combined signal per note are costly for a busy worker and its garbage collector.
 *
 * @returns adds the time limit to a signal
 */
export function createTimeLimit(limitMs: number): (signal: AbortSignal) => AbortSignal {
  const sharedMs = limitMs * SHARED_FRACTION
  let shared: { readonly of: AbortSignal; readonly until: number; readonly signal: AbortSignal } | undefined
  return (signal) => {
    const now = performance.now()
    if (shared === undefined || shared.of !== signal || now > shared.until) {
      const timeout = AbortSignal.timeout(Math.ceil(limitMs + sharedMs))
      shared = { of: signal, until: now + sharedMs, signal: AbortSignal.any([signal, timeout]) }
    }
    return shared.signal
  }
}
