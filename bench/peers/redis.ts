import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../embedded/ports.ts'
import { startServerProcess } from '../../embedded/server-process.ts'

/** Starts redis-server. Returns undefined when it is not installed. */
export async function startRedis(scratchDir: string) {
  const found = await promisify(execFile)('redis-server', ['--version']).catch(() => undefined)
  if (found === undefined) return undefined
  const dir = join(scratchDir, 'redis')
  await mkdir(dir, { recursive: true })
  const port = await freePort('127.0.0.1')
  const server = await startServerProcess({
    name: 'redis-server',
    command: 'redis-server',
    // by BullMQ's advice for production: an append-only file, synced every second, and no eviction
    args: [
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', dir],
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction'],
    ],
    logFile: join(dir, 'redis.log'),
    ready: () => answers(port),
    readyTimeoutMs: 10_000,
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 5_000 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ],
    atExit: 'SIGKILL',
  })
  return { ...server, port, version: /v=(\S+)/.exec(found.stdout)?.[1] ?? 'unknown' }
}

function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(undefined))
    socket.on('connect', () => socket.destroy())
  })
}
