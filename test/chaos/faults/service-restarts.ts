import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../testkit/random.ts'
import type { SupervisedProcess } from '../supervised-process.ts'
import type { Fault } from './fault.ts'

/** Kills a random process at a random moment, `times` times; a supervisor restarts each at once. */
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
  if (hits < times / 5) throw new Error(`only ${hits} of ${times} kills hit a running process`)
}

export function killIntake(times: number): Fault {
  return {
    name: 'kill-intake',
    inject: ({ intakes }, random, signal) => killAtRandom(intakes, times, random, signal),
  }
}

const HOLDS_LEADS_AFTER_MS = 1_000

/**
 * Recovery is measured from the last kill, of a worker that holds leads next to one that runs: it is frozen for a
 * second before, and leads are delivered to it meanwhile. Their insights must appear within 10 s, the ack wait and a
 * margin.
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

/** Replaces every process, one after the other: a new one starts, and once it is ready the old one stops. */
export const rollingRestart: Fault = {
  name: 'rolling-restart',
  oneRetryIsEnough: true,
  inject: async ({ intakes, triages, insights }, random, signal) => {
    for (const supervised of random.shuffled([...intakes, ...triages, insights])) {
      signal.throwIfAborted()
      const code = await supervised.roll()
      if (code !== 0) throw new Error(`${supervised.name} stopped with exit code ${code}`)
    }
  },
}
