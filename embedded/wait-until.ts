import { setTimeout as delay } from 'node:timers/promises'

export interface WaitOptions {
  readonly timeoutMs: number
  readonly intervalMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Calls `probe` repeatedly until it returns a value. Returns `undefined` after `timeoutMs` without one.
 * Throws what the probe throws, or the reason of the signal when it is aborted.
 */
export async function waitUntil<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  options: WaitOptions,
): Promise<T | undefined> {
  const deadline = performance.now() + options.timeoutMs
  for (;;) {
    options.signal?.throwIfAborted()
    const value = await probe()
    if (value !== undefined || performance.now() >= deadline) return value
    await delay(options.intervalMs ?? 20)
  }
}
