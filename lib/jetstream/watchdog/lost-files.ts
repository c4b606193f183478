import { jetstreamManager } from '@nats-io/jetstream'
import type { Log } from '../../log/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Nats } from '../connect.ts'
import { isMissing } from '../declare.ts'
import { countStreamRecreations } from './finding.ts'

/*
 * Deletes a stream that refuses messages because its files are missing, which happens when it is created while the
 * directory of a deleted stream is being removed. If the stream is empty, no worker notices; only publishers do.
 * Invariants:
 *  1. It acts only if the server reports a missing file and stores nothing for a second, so not on a full disk.
 *  2. Only one process at a time calls it: the leader of the reconcilers.
 */
export interface LostFiles {
  /** Records why the stream refused a message. */
  noteRefusal(description: string): void
  /** Deletes the stream if it has refused messages for a second because of a missing file. */
  deleteIfLost(): Promise<void>
}

/** Error texts of Unix and Windows. */
const MISSING_FILE = /no such file or directory|cannot find the (?:file|path)/i
const CONFIRM_AFTER_MS = 1_000
/** Older refusals do not reflect the current state of the stream. */
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
      if (seen !== undefined && now - seen.atMs < CONFIRM_AFTER_MS) return
      const before = seen
      try {
        const manager = await jetstreamManager(connection, { checkAPI: false })
        const { created, state } = await manager.streams.info(stream)
        seen = { atMs: performance.now(), created, lastSequence: state.last_seq }
        if (before?.created !== created || before.lastSequence !== state.last_seq) return // 1
        log.error(
          { stream, messages: state.messages },
          'deleting a stream whose files are missing; it will be recreated',
        )
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
