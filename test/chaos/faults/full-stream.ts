import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import type { Stack } from '../stack.ts'
import type { Fault } from './fault.ts'

const MAX_BYTES = 64 * 1024
const FULL_FOR_MS = 8_000

/** The stream may hold a few hundred leads only, and no worker takes any out. */
export const fullStream: Fault = {
  name: 'full-stream',
  inject: async (stack, _random, signal) => {
    for (const triage of stack.triages) triage.freeze()
    try {
      await limitStream(stack, MAX_BYTES)
      await sleep(FULL_FOR_MS, undefined, { signal })
      await limitStream(stack, -1)
    } finally {
      for (const triage of stack.triages) triage.unfreeze()
    }
  },
}

async function limitStream({ nats, names }: Stack, maxBytes: number): Promise<void> {
  const manager = await jetstreamManager(nats)
  await manager.streams.update(names.leadsStream, { max_bytes: maxBytes })
}
