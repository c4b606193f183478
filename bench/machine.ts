import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import type { Servers } from './stack/servers.ts'

/** The machine and the versions that figures belong to. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly postgres: string
  readonly nats: string
  /** Ends in `-dirty` with uncommitted changes. */
  readonly commit: string
}

export function describeMachine(servers: Servers): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    postgres: servers.postgres.version,
    nats: servers.nats.version,
    commit: currentCommit(),
  }
}

function currentCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  } catch {
    return 'unknown' // not a checkout
  }
}
