import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessExit } from './embedded-server.ts'
import { type StopStep, trySignal } from './processes.ts'

/** A child process with an end that can be awaited and asked for. */
export interface RunningProcess {
  readonly pid: number
  /** Resolves, and never rejects, when the process has ended for whatever reason. */
  readonly exited: Promise<ProcessExit>
  /** Takes the steps until the process has ended. Safe to call twice. */
  stop(): Promise<void>
}

export interface TrackOptions {
  readonly stopSteps: readonly StopStep[]
  /** Sent if this Node process ends without having stopped its child: an uncaught error, a second Ctrl-C. */
  readonly atExit: NodeJS.Signals
  readonly lastLines: () => Promise<string> | string
}

/** To be called in the tick of the spawn, so that no exit is missed. The child must have a pid, that is, have started. */
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
    stopping ??= endChild(pid, exited, options.stopSteps)
    return stopping
  }
  return { pid, exited, stop }
}

async function endChild(pid: number, exited: Promise<ProcessExit>, steps: readonly StopStep[]): Promise<void> {
  const gone = exited.then(() => true)
  for (const { signal, graceMs } of steps) {
    if (!trySignal(pid, signal)) return void (await gone)
    const timer = new AbortController()
    const late = delay(graceMs, false, { signal: timer.signal }).catch(() => false)
    const isGone = await Promise.race([gone, late])
    timer.abort()
    if (isGone) return
  }
}
