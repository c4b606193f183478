import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { waitUntil } from './wait-until.ts'

const run = promisify(execFile)

/** One step of stopping a process: send the signal, then wait this long. */
export interface StopStep {
  readonly signal: NodeJS.Signals
  readonly graceMs: number
}

/** Returns the command line of a process, joined by spaces; `undefined` if there is no such process. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined
  if (process.platform === 'linux') {
    // empty for a zombie, for example an orphan that a container's PID 1 does not reap: it counts as exited
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

/** Reads the pid from the first line of a pid file; `undefined` if the file is missing or has no pid. */
export async function readPidFile(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 1 ? pid : undefined
}

/**
 * Stops a process that is not a child of this one, left running by a run that was killed.
 * @returns false if it is still running after the last step
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

/** @returns false if there is no such process */
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
