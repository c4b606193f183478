import { setTimeout as sleep } from 'node:timers/promises'
import { trySignal } from '../../embedded/processes.ts'
import { waitUntil } from '../../embedded/wait-until.ts'
import { isMissing } from '../../lib/jetstream/declare.ts'
import type { Random } from '../../testkit/random.ts'
import type { Lane } from './lane.ts'
import type { StallClock } from './stall-clock.ts'

const RECREATED_WITHIN_MS = 15_000
const RETRY_MS = 15

/**
 * Deletes the stream of leads `times` times in a row, each time soon after it was recreated. In a quarter of the cases
 * the workers are frozen for a moment before, so that the stream has messages.
 */
export async function deleteStream(
  lane: Lane,
  random: Random,
  times: number,
  stalls: StallClock,
  signal: AbortSignal,
): Promise<void> {
  const { manager, names, triages } = lane
  if (random.chance(0.25)) {
    for (const { pid } of triages) trySignal(pid, 'SIGSTOP')
    await sleep(random.integer(200, 1_500), undefined, { signal })
    for (const { pid } of triages) trySignal(pid, 'SIGCONT')
  }
  for (let deleted = 0; deleted < times; deleted += 1) {
    if (deleted > 0) await sleep(random.integer(0, 1_000), undefined, { signal })
    await deleteOnceThere(() => manager.streams.delete(names.leadsStream), stalls, signal)
  }
}

async function deleteOnceThere(
  deleteIt: () => Promise<unknown>,
  stalls: StallClock,
  signal: AbortSignal,
): Promise<void> {
  const since = performance.now()
  const isDeleted = async () => {
    try {
      await deleteIt()
      return true
    } catch (error) {
      if (!isMissing(error) && !isTimeout(error)) throw error
      if (performance.now() - since > RECREATED_WITHIN_MS + stalls.since(since))
        throw new Error('the stream was not recreated in time', { cause: error })
      return undefined
    }
  }
  await waitUntil(isDeleted, { timeoutMs: Number.POSITIVE_INFINITY, intervalMs: RETRY_MS, signal })
}

/** A timeout is expected while nats-server is frozen. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}
