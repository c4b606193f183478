/** Signals that one after the other asks for share one when they are this part of the limit apart. */
const SHARED_PART = 0.01

/**
 * Gives an analyzer at least `limitMs` for a note, and at most a hundredth more: what begins within that time shares
 * one signal, since a timer and a combined signal for every note are work for a busy worker, and more for its garbage collector.
 *
 * @returns the given signal, which also aborts when the time is over
 */
export function createTimeLimit(limitMs: number): (signal: AbortSignal) => AbortSignal {
  const sharedMs = limitMs * SHARED_PART
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
