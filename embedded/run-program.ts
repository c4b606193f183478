import { type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface RunOptions extends Pick<SpawnOptions, 'uid' | 'gid' | 'detached'> {
  readonly timeoutMs: number
  readonly cwd?: string
  /** Its PATH is also used to find the program. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
  /** Called with each line of stderr. */
  readonly onLine?: (line: string) => void
}

/** Runs a program and returns its stdout. Throws if it fails, with the end of its stderr, or takes too long. */
export async function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { timeoutMs, signal: stop, onLine, ...spawnOptions } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = stop ? AbortSignal.any([stop, timeout]) : timeout
  const child = spawn(program, args, {
    ...spawnOptions,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })

  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  const stderr: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr.push(line)
    onLine?.(line)
  })

  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  }).catch((cause: Error) => {
    stop?.throwIfAborted()
    if (timeout.aborted) throw new Error(`${program} took more than ${timeoutMs / 1000} s`)
    throw new Error(`${program} cannot be started: ${cause.message}`, { cause })
  })
  if (code === 0) return stdout
  throw new Error(`${program} failed (exit code ${code}): ${stderr.slice(-4).join(' / ') || stdout.trim()}`)
}
