/*
 * Keeps one process running.
 *
 * Invariants:
 * 1. At most one process at a time: the next is started after the last one has ended.
 * 2. When `stop()` has resolved no process runs, and none will be started.
 * 3. `gaveUp` resolves at most once, and not after `stop()`.
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
  /** A process that ends sooner than this died quickly. */
  readonly quickMs?: number
  /** So many quick deaths in a row are enough. */
  readonly maxQuickDeaths?: number
  /** The pause after the first death; it doubles with each quick one. */
  readonly pauseMs?: number
}

export type Supervised = Pick<RunningProcess, 'exited' | 'stop'>

export interface Supervisor {
  /** Resolves with the reason when the process died quickly too often. */
  readonly gaveUp: Promise<StartError>
  /** Ends the process for good. Safe to call twice. */
  stop(): Promise<void>
}

/** Watches over `first`, a process that has just been started, and starts it again whenever it ends by itself. */
export function supervise(first: Supervised, options: SupervisorOptions): Supervisor {
  const { name, restart, onProgress, quickMs = 10_000, maxQuickDeaths = 5, pauseMs = 200 } = options
  const stopping = new AbortController()
  const gaveUp = Promise.withResolvers<StartError>()
  let current: Supervised | undefined = first
  let startedAt = performance.now()

  /** How the current process ended, or why there is none. */
  const nextDeath = async (): Promise<string> => {
    startedAt = performance.now()
    try {
      current ??= await restart()
      if (stopping.signal.aborted) await current.stop() // stop() came while it was starting (2)
      const exit = await current.exited
      return `ended (${describeExit(exit)})${exit.lastLines && `. Its last words:\n${exit.lastLines}`}`
    } catch (error) {
      return `could not be started again: ${(error as Error).message}`
    } finally {
      current = undefined // (1)
    }
  }

  const watch = async () => {
    for (let quickDeaths = 0; ; ) {
      const death = await nextDeath()
      if (stopping.signal.aborted) return // (2) (3)
      quickDeaths = performance.now() - startedAt < quickMs ? quickDeaths + 1 : 1
      if (quickDeaths >= maxQuickDeaths) {
        return gaveUp.resolve(new StartError(`${name} died ${quickDeaths} times in a row. The last time it ${death}`))
      }
      const waitMs = pauseMs * 2 ** (quickDeaths - 1)
      onProgress(`${name} ${death.split('. Its last words')[0]}: starting it again in ${waitMs / 1000} s`)
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return // (2)
    }
  }

  const watching = watch()
  return {
    gaveUp: gaveUp.promise,
    async stop() {
      stopping.abort()
      await current?.stop()
      await watching
    },
  }
}
