import { runProgram } from '../run-program.ts'
import type { FoundProgram } from './source.ts'

/** 2.9.0 introduced `discard_new_per_subject`, and 2.9.4 the features of pull consumers that the client needs. */
const MIN_VERSION = '2.9.4'

export const PROGRAM = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server'

/** Runs `--version`. Throws if the program does not run, is not nats-server, or is too old. */
export async function checkProgram(bin: string, signal?: AbortSignal): Promise<FoundProgram> {
  const output = await runProgram(bin, ['--version'], { timeoutMs: 10_000, signal })
  const version = /nats-server: v(\d+\.\d+\.\d+\S*)/.exec(output)?.[1]
  if (!version) throw new Error(`${bin} is not a nats-server: --version prints "${output.trim().slice(0, 80)}"`)
  if (compareVersions(version, MIN_VERSION) < 0) {
    throw new Error(`${bin} is nats-server ${version}, but ${MIN_VERSION} or newer is required`)
  }
  return { bin, version }
}

/** Returns a negative number if `a` is older than `b`, a positive one if it is newer. */
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
