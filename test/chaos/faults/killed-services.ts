import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { Slot } from '../slot.ts'
import type { Fault } from './fault.ts'

/** Kills one of the processes at a random moment, so many times; a supervisor starts each again at once. */
async function killAtRandom(
  slots: readonly Slot[],
  times: number,
  random: Random,
  signal: AbortSignal,
  onKill: () => void = () => undefined,
) {
  const restarts: Promise<void>[] = []
  let hits = 0
  for (let kill = 0; kill < times; kill += 1) {
    await sleep(random.integer(50, 1_500), undefined, { signal })
    const { isHit, replaced } = random.pick(slots).kill()
    restarts.push(replaced)
    if (!isHit) continue
    hits += 1
    onKill()
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

/** What a killed worker held has its insight ten seconds after the last kill: the ack wait, and a little. */
export function killTriage(times: number): Fault {
  return {
    name: 'kill-triage',
    recoversWithinSeconds: 10,
    inject: ({ triages }, random, signal, onBroken) => killAtRandom(triages, times, random, signal, onBroken),
  }
}
