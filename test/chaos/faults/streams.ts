import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream'
import type { Stack } from '../stack.ts'
import type { Fault } from './fault.ts'

/** Deletes the stream `times` times at random moments; the services recreate it. */
export function deleteLeadsStream(times: number): Fault {
  return {
    name: 'delete-leads-stream',
    inject: async ({ nats, names }, random, signal) => {
      const manager = await jetstreamManager(nats)
      for (let round = 0; round < times; round += 1) {
        if (round > 0) await sleep(random.integer(500, 3_000), undefined, { signal })
        await manager.streams.delete(names.leadsStream).catch(ignoreMissing)
      }
    },
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)) throw error
}

/** Removes the store while nats-server is down. */
export const loseJetStream: Fault = {
  name: 'lose-jetstream',
  inject: async ({ servers }, random) => {
    await servers.nats.kill()
    await rm(servers.jetStreamDir, { recursive: true, force: true })
    await sleep(random.integer(2_000, 3_000))
    await servers.nats.start()
  },
}

/** Removes the store of the running server, which is restarted a few seconds later. */
export const removeJetStreamLive: Fault = {
  name: 'remove-jetstream-live',
  inject: async ({ servers }, random, signal) => {
    await rm(servers.jetStreamDir, { recursive: true, force: true, maxRetries: 5 })
    await sleep(random.integer(2_000, 4_000), undefined, { signal })
    await servers.nats.kill()
    await rm(servers.jetStreamDir, { recursive: true, force: true })
    await servers.nats.start()
  },
}

const MAX_BYTES = 64 * 1024
const FULL_FOR_MS = 8_000

/** Limits the stream to a few hundred leads, while no worker drains it. */
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
