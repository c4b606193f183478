import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { Slot } from '../slot.ts'
import type { Fault } from './fault.ts'

/** Kills one of the processes at a random moment, so many times; a supervisor starts each again at once. */
async function killAtRandom(slots: readonly Slot[], times: number, random: Random, signal: AbortSignal) {
  const restarts: Promise<void>[] = []
  for (let kill = 0; kill < times; kill += 1) {
    await sleep(random.integer(50, 1_500), undefined, { signal })
    restarts.push(random.pick(slots).kill())
  }
  await Promise.all(restarts)
}

export function killIntake(times: number): Fault {
  return {
    name: 'kill-intake',
    inject: ({ intakes }, random, signal) => killAtRandom(intakes, times, random, signal),
  }
}

export function killTriage(times: number): Fault {
  return {
    name: 'kill-triage',
    inject: ({ triages }, random, signal) => killAtRandom(triages, times, random, signal),
  }
}
