import { runProgram } from '../run-program.ts'
import type { FoundProgram } from './source.ts'

/** `discard_new_per_subject` came with 2.9.0, and what the client needs of pull consumers with 2.9.4. */
const OLDEST = '2.9.4'

export const PROGRAM = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server'

/** Runs `--version`. Throws when the program does not run, is something else, or is too old. */
export async function checkProgram(bin: string, signal?: AbortSignal): Promise<FoundProgram> {
  const output = await runProgram(bin, ['--version'], { timeoutMs: 10_000, signal })
  const version = /nats-server: v(\d+\.\d+\.\d+\S*)/.exec(output)?.[1]
  if (!version) throw new Error(`${bin} is not a nats-server: --version says "${output.trim().slice(0, 80)}"`)
  if (compareVersions(version, OLDEST) < 0) {
    throw new Error(`${bin} is nats-server ${version}, and ${OLDEST} or newer is needed`)
  }
  return { bin, version }
}

/** Negative when `a` is older than `b`, positive when newer. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbers(version: string): number[] {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0)
}
