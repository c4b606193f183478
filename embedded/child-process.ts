import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessExit } from './embedded-server.ts'
import { type StopStep, trySignal } from './processes.ts'

/** A child process that can be awaited and stopped. */
export interface RunningProcess {
  readonly pid: number
  /** Resolves when the process has exited for any reason. Never rejects. */
  readonly exited: Promise<ProcessExit>
  /** Takes the stop steps until the process has exited. Safe to call twice. */
  stop(): Promise<void>
}

export interface TrackOptions {
  readonly stopSteps: readonly StopStep[]
  /** Sent if this process exits without having stopped the child, after an uncaught error or a second Ctrl-C. */
  readonly atExit: NodeJS.Signals
  readonly lastLines: () => Promise<string> | string
}

/** Must be called in the same tick as the spawn, so that no exit is missed. The child must have started. */
export function trackChild(child: ChildProcess, options: TrackOptions): RunningProcess {
  const pid = child.pid
  if (pid === undefined) throw new Error('the child process did not start')

  let stopping: Promise<void> | undefined
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', async (code, signal) => {
      const expected = stopping !== undefined
      resolve({ code, signal, expected, lastLines: await options.lastLines() })
    })
  })

  const killAtExit = () => child.kill(options.atExit)
  process.once('exit', killAtExit)
  child.once('exit', () => process.removeListener('exit', killAtExit))

  const stop = () => {
    stopping ??= stopChild(pid, exited, options.stopSteps)
    return stopping
  }
  return { pid, exited, stop }
}

async function stopChild(pid: number, exited: Promise<ProcessExit>, steps: readonly StopStep[]): Promise<void> {
  const hasExited = exited.then(() => true)
  for (const { signal, graceMs } of steps) {
    if (!trySignal(pid, signal)) return void (await hasExited)
    const timer = new AbortController()
    const timeout = delay(graceMs, false, { signal: timer.signal }).catch(() => false)
    const isGone = await Promise.race([hasExited, timeout])
    timer.abort()
    if (isGone) return
  }
}
