import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream'
import type { Fault } from './fault.ts'

/** Deletes the stream so many times, at random moments; whoever misses it first makes it again. */
export function deleteLeadsStream(times: number): Fault {
  return {
    name: 'delete-leads-stream',
    inject: async ({ nats, names }, random, signal) => {
      const manager = await jetstreamManager(nats)
      for (let round = 0; round < times; round += 1) {
        if (round > 0) await sleep(random.integer(500, 3_000), undefined, { signal })
        await manager.streams.delete(names.leadsStream).catch(unlessGone)
      }
    },
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)) throw error
}

/** The folder is gone when nats-server comes back. */
export const loseJetStream: Fault = {
  name: 'lose-jetstream',
  inject: async ({ servers }, random) => {
    await servers.nats.kill()
    await rm(servers.jetStreamDir, { recursive: true, force: true })
    await sleep(random.integer(2_000, 3_000))
    await servers.nats.start()
  },
}

/** The folder goes away under the running server, which is started again when somebody has noticed. */
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
