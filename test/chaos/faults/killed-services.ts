import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../testkit/random.ts'
import type { SupervisedProcess } from '../supervised-process.ts'
import type { Fault } from './fault.ts'

/** Kills one of the processes at a random moment, so many times; a supervisor starts each again at once. */
async function killAtRandom(
  processes: readonly SupervisedProcess[],
  times: number,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const restarts: Promise<void>[] = []
  let hits = 0
  for (let kill = 0; kill < times; kill += 1) {
    await sleep(random.integer(50, 1_500), undefined, { signal })
    const { isHit, replaced } = random.pick(processes).kill()
    restarts.push(replaced)
    if (isHit) hits += 1
  }
  await Promise.all(restarts)
  if (hits < times / 5) throw new Error(`only ${hits} of ${times} kills met a process that ran`)
}

export function killIntake(times: number): Fault {
  return {
    name: 'kill-intake',
    inject: ({ intakes }, random, signal) => killAtRandom(intakes, times, random, signal),
  }
}

const HOLDS_LEADS_AFTER_MS = 1_000

/**
 * After all others, one kill of which recovery is measured: of a worker that holds leads, beside one that runs. It stands
 * still for a second before, and is sent leads meanwhile. They have their insights ten seconds later: the ack wait, and a
 * little.
 */
export function killTriage(times: number): Fault {
  return {
    name: 'kill-triage',
    recoversWithinSeconds: 10,
    inject: async ({ triages }, random, signal, onBroken) => {
      await killAtRandom(triages, times - 1, random, signal)
      const victim = random.pick(triages)
      victim.freeze()
      await sleep(HOLDS_LEADS_AFTER_MS, undefined, { signal })
      const { replaced } = victim.kill()
      onBroken()
      await replaced
    },
  }
}
