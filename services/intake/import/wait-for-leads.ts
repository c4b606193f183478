import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { ClientLimit } from '../../../lib/limits/create-limits.ts'

const WAIT_FOR_MS = 30_000

/**
 * Counts the leads of an import against the limit of the client. Unlike other calls, an import waits for the limit, so
 * that its rows arrive as fast as the client may send.
 *
 * @throws AppError `rate_limited` when it would have to wait for more than {@link WAIT_FOR_MS}, or when the import ends
 */
export async function waitForLeads(
  admitLeads: ClientLimit,
  clientId: string,
  leads: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + WAIT_FOR_MS
  for (;;) {
    try {
      return await admitLeads(clientId, leads)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== ErrorCode.RateLimited) throw error
      const delayMs = (error.retryAfterSeconds ?? 1) * 1_000
      if (performance.now() + delayMs > deadline) throw error
      await sleep(delayMs, undefined, { signal }).catch(() => {
        throw error
      })
    }
  }
}
