/*
 * Restarts a process whenever it exits.
 *
 * Invariants:
 * 1. At most one process runs at a time: the next is started after the last one has exited.
 * 2. Once `stop()` has resolved, no process runs and none is started.
 * 3. `failed` resolves at most once, and not after `stop()`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningProcess } from './child-process.ts'
import { describeExit } from './embedded-server.ts'
import { StartError } from './start-error.ts'

export interface SupervisorOptions {
  /** For messages: "intake". */
  readonly name: string
  readonly restart: () => Promise<Supervised>
  readonly onProgress: (line: string) => void
  /** An exit sooner than this after the start counts as a quick exit. */
  readonly quickMs?: number
  /** After this many quick exits in a row the process is not restarted. */
  readonly maxQuickExits?: number
  /** The delay after the first exit. It doubles with each quick exit. */
  readonly backoffMs?: number
}

export type Supervised = Pick<RunningProcess, 'exited' | 'stop'>

export interface Supervisor {
  /** Resolves with the reason after too many quick exits. */
  readonly failed: Promise<StartError>
  /** Stops the process without a restart. Safe to call twice. */
  stop(): Promise<void>
}

/** Supervises `first`, a process that has just been started. */
export function supervise(first: Supervised, options: SupervisorOptions): Supervisor {
  const { name, restart, onProgress, quickMs = 10_000, maxQuickExits = 5, backoffMs = 200 } = options
  const stopping = new AbortController()
  const failed = Promise.withResolvers<StartError>()
  let current: Supervised | undefined = first
  let startedAt = performance.now()

  /** Waits for the next exit. Returns how the process exited, or why it could not be started. */
  const nextExit = async (): Promise<{ reason: string; lastLines: string }> => {
    startedAt = performance.now()
    try {
      current ??= await restart()
      if (stopping.signal.aborted) await current.stop() // stop() was called while it was starting (2)
      const exit = await current.exited
      return { reason: `exited (${describeExit(exit)})`, lastLines: exit.lastLines }
    } catch (error) {
      return { reason: `could not be restarted: ${(error as Error).message}`, lastLines: '' }
    } finally {
      current = undefined // (1)
    }
  }

  const watch = async () => {
    for (let quickExits = 0; ; ) {
      const { reason, lastLines } = await nextExit()
      if (stopping.signal.aborted) return // (2) (3)
      quickExits = performance.now() - startedAt < quickMs ? quickExits + 1 : 1
      if (quickExits >= maxQuickExits) {
        const end = lastLines === '' ? '' : `. The end of its log:\n${lastLines}`
        return failed.resolve(
          new StartError(`${name} failed ${quickExits} times in a row. The last time it ${reason}${end}`),
        )
      }
      const waitMs = backoffMs * 2 ** (quickExits - 1)
      onProgress(`${name} ${reason}: restarting it in ${waitMs / 1000} s`)
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return // (2)
    }
  }

  const watching = watch()
  return {
    failed: failed.promise,
    async stop() {
      stopping.abort()
      await current?.stop()
      await watching
    },
  }
}
