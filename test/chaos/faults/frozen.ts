import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../testkit/random.ts'
import type { Fault } from './fault.ts'

const FROZEN_MS = 10_000

/** A process that can be suspended (SIGSTOP) and resumed (SIGCONT), like one on a machine that swaps or is migrated. */
interface Freezable {
  freeze(): Promise<void> | void
  unfreeze(): Promise<void> | void
}

async function freeze(frozen: readonly Freezable[], signal: AbortSignal, ms = FROZEN_MS): Promise<void> {
  await Promise.all(frozen.map((each) => each.freeze()))
  try {
    await sleep(ms, undefined, { signal })
  } finally {
    await Promise.all(frozen.map((each) => each.unfreeze()))
  }
}

/** Returns one of the two, the other, or both. */
function some([one, other]: readonly [Freezable, Freezable], random: Random): readonly Freezable[] {
  return random.pick([[one], [other], [one, other]])
}

export const freezeIntake: Fault = {
  name: 'freeze-intake',
  inject: ({ intakes }, random, signal) => freeze(some(intakes, random), signal),
}

export const freezeTriage: Fault = {
  name: 'freeze-triage',
  inject: ({ triages }, random, signal) => freeze(some(triages, random), signal),
}

const STALLS = 3

/** Freezes workers for less than the ack wait, as on a busy machine: none of their leads may be redelivered. */
export const stallTriage: Fault = {
  name: 'stall-triage',
  maxRedelivered: 0,
  inject: async ({ triages }, random, signal) => {
    for (let stall = 0; stall < STALLS; stall += 1) {
      await freeze(some(triages, random), signal, random.integer(3_000, 4_000))
      await sleep(random.integer(500, 2_000), undefined, { signal })
    }
  },
}

export const freezeNats: Fault = {
  name: 'freeze-nats',
  inject: ({ servers }, _random, signal) => freeze([servers.nats], signal),
}

export const freezePostgres: Fault = {
  name: 'freeze-postgres',
  inject: ({ servers }, _random, signal) => freeze([servers.postgres], signal),
}
