import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { waitUntil } from './wait-until.ts'

const run = promisify(execFile)

/** One step of ending a process: send the signal, then give it this long. */
export interface StopStep {
  readonly signal: NodeJS.Signals
  readonly graceMs: number
}

/** The words a running process was started with, joined by blanks; `undefined` when there is no such process. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined
  if (process.platform === 'linux') {
    // Empty for a zombie: an orphan nobody reaps, as under a container's simple PID 1. That one is dead to us.
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return words === '' ? undefined : words.replaceAll('\0', ' ').trimEnd()
  }
  const [program, ...args] =
    process.platform === 'win32'
      ? [
          'powershell',
          '-NoProfile',
          '-Command',
          `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`,
        ]
      : ['ps', '-ww', '-o', 'command=', '-p', String(pid)]
  const { stdout } = await run(program as string, args).catch(() => ({ stdout: '' }))
  return stdout.trim() === '' ? undefined : stdout.trim()
}

/** The process id in the first line of a pid file; `undefined` when there is no such file or it says nothing. */
export async function readPidFile(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 1 ? pid : undefined
}

/**
 * Ends a process that is not our child: one left over by a run that was killed.
 * True when it is gone, false when it outlived every step.
 */
export async function stopForeignProcess(pid: number, steps: readonly StopStep[]): Promise<boolean> {
  for (const { signal, graceMs } of steps) {
    if (!trySignal(pid, signal)) return true
    const gone = await waitUntil(async () => ((await commandLine(pid)) === undefined ? true : undefined), {
      timeoutMs: graceMs,
    })
    if (gone) return true
  }
  return false
}

/** False when there is no such process any more. */
export function trySignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
