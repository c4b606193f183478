import { jetstreamManager } from '@nats-io/jetstream'
import type { Log } from '../../log/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Nats } from '../connect.ts'
import { isMissing } from '../declare.ts'
import { countStreamRecreations } from './stream-recreations.ts'

/*
 * Deletes a stream that refuses messages because its files are gone, as happens to one that is created while the folder of
 * the deleted one is being removed. No worker can see that when the stream is empty; whoever publishes is told. Invariants:
 *  1. It acts only while the server says that a file is missing, and stores nothing for a second. Not when a disk is full.
 *  2. One process calls it at a time: the one that reconciles.
 */
export interface LostFiles {
  /** To be told why the stream refused a message. */
  noteRefusal(description: string): void
  /** Deletes the stream when it has refused messages for that reason for a second. */
  deleteIfLost(): Promise<void>
}

/** How the operating systems say it. */
const MISSING_FILE = /no such file or directory|cannot find the (?:file|path)/i
const LASTS_MS = 1_000
/** A refusal that is older says nothing of the stream as it is now. */
const RECENT_MS = 3_000
const REASON = 'lost_files'

export function createLostFiles(options: { nats: Nats; stream: string; log: Log; metrics: Metrics }): LostFiles {
  const { nats, stream, log } = options
  const recreations = countStreamRecreations(options.metrics, [REASON])
  let refusedAtMs = Number.NEGATIVE_INFINITY
  let seen: { readonly atMs: number; readonly created: string; readonly lastSequence: number } | undefined

  return {
    noteRefusal: (description) => {
      if (MISSING_FILE.test(description)) refusedAtMs = performance.now()
    },
    deleteIfLost: async () => {
      const now = performance.now()
      const connection = nats.up()
      if (now - refusedAtMs > RECENT_MS || connection === undefined) {
        seen = undefined
        return
      }
      if (seen !== undefined && now - seen.atMs < LASTS_MS) return
      const before = seen
      try {
        const manager = await jetstreamManager(connection, { checkAPI: false })
        const { created, state } = await manager.streams.info(stream)
        seen = { atMs: performance.now(), created, lastSequence: state.last_seq }
        if (before?.created !== created || before.lastSequence !== state.last_seq) return // 1
        log.error({ stream, messages: state.messages }, 'deleting a stream whose files are gone; it is created again')
        await manager.streams.delete(stream)
        recreations.inc({ reason: REASON })
      } catch (error) {
        if (!isMissing(error)) throw error
      }
      seen = undefined
      refusedAtMs = Number.NEGATIVE_INFINITY
    },
  }
}
