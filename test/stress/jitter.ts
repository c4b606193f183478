import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { trySignal } from '../../embedded/processes.ts'
import type { Random } from '../../testkit/random.ts'

export interface Jitter {
  /** Resumes the process and stops interfering with it. */
  stop(): Promise<void>
}

/** Freezes a process (SIGSTOP, SIGCONT) for `frozenMs` at a time, with `pauseMs` in between. */
export function startJitter(options: {
  pid: number
  random: Random
  frozenMs: readonly [min: number, max: number]
  pauseMs: readonly [min: number, max: number]
}): Jitter {
  const { pid, random, frozenMs, pauseMs } = options
  const stopping = new AbortController()
  const wait = ([min, max]: readonly [number, number]) =>
    sleep(random.integer(min, max), undefined, { signal: stopping.signal }).catch(() => undefined)
  const run = async () => {
    while (!stopping.signal.aborted) {
      await wait(pauseMs)
      if (stopping.signal.aborted) return
      trySignal(pid, 'SIGSTOP')
      await wait(frozenMs)
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

/** Keeps `count` cores busy, with a process each, until the returned function is called or this process ends. */
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
