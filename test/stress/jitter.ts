import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { trySignal } from '../../embedded/processes.ts'
import type { Random } from '../../testkit/random.ts'

export interface Jitter {
  /** Lets the process continue and leaves it alone from now on. */
  stop(): Promise<void>
}

/** Stops a process for `stoppedMs` at a time (SIGSTOP, SIGCONT), with pauses of `pauseMs` in between. */
export function startJitter(options: {
  pid: number
  random: Random
  stoppedMs: readonly [min: number, max: number]
  pauseMs: readonly [min: number, max: number]
}): Jitter {
  const { pid, random, stoppedMs, pauseMs } = options
  const stopping = new AbortController()
  const wait = ([min, max]: readonly [number, number]) =>
    sleep(random.integer(min, max), undefined, { signal: stopping.signal }).catch(() => undefined)
  const run = async () => {
    while (!stopping.signal.aborted) {
      await wait(pauseMs)
      if (stopping.signal.aborted) return
      trySignal(pid, 'SIGSTOP')
      await wait(stoppedMs)
      trySignal(pid, 'SIGCONT')
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

/** Keeps cores busy, one process each, until the returned function is called. They also end with this process. */
export function keepCoresBusy(count: number): () => void {
  const loop =
    'process.on("disconnect", () => process.exit()); (function spin() { for (let i = 0; i < 5e7; i += 1); setImmediate(spin) })()'
  const busy = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', loop], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  )
  return () => {
    for (const child of busy) child.kill('SIGKILL')
  }
}
