import { setTimeout as sleep } from 'node:timers/promises'
import { isOurTrouble } from '../../../lib/errors/app-error.ts'

const PATIENCE_MS = 30_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000

/**
 * Tries again while the database is away or too many lists wait, for {@link PATIENCE_MS}: a try that was stored after
 * all makes the next one a replay.
 * @throws AppError what the last try threw, also when the signal aborts
 */
export async function storePatiently<T>(tryToStore: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await tryToStore()
    } catch (error) {
      if (!isOurTrouble(error) || performance.now() > giveUpAt) throw error
      // at no fixed distance, so that imports which failed together do not come back together
      const pause = sleep(pauseMs * (0.5 + Math.random()), undefined, { signal })
      await pause.catch(() => {
        throw error
      })
    }
  }
}
