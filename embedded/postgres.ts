import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { RunningProcess } from './child-process.ts'
import type { EmbeddedServer } from './embedded-server.ts'
import { freePort, portError } from './ports.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import {
  clusterOwner,
  ensureCluster,
  ensureHome,
  type PostgresFiles,
  postgresEnv,
  postgresFiles,
} from './postgres-cluster.ts'
import { commandLine, readPidFile, type StopStep, stopForeignProcess } from './processes.ts'
import { chooseRunAs, type RunAs } from './run-as.ts'
import { runProgram } from './run-program.ts'
import { startServerProcess } from './server-process.ts'
import { StartError } from './start-error.ts'

export interface PostgresOptions {
  /** The folder for the cluster, its password and its log. For this server only. */
  readonly dataDir: string
  /** Default: true. If false, for tests, nothing is synced to disk, and a crash of the machine may lose everything. */
  readonly durable?: boolean
  /** Default: a free port. */
  readonly port?: number
  /** Settings of the server as `name=value`. They override the defaults, which save memory. */
  readonly settings?: readonly string[]
  readonly onProgress?: (line: string) => void
}

const HOST = '127.0.0.1'
const READY_TIMEOUT_MS = 60_000 // recovery after a crash replays the WAL

/** SIGINT is PostgreSQL's fast shutdown. SIGQUIT is its immediate shutdown, after which the next start recovers. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGINT', graceMs: 15_000 },
  { signal: 'SIGQUIT', graceMs: 6_000 },
  { signal: 'SIGKILL', graceMs: 2_000 },
]

/** Saves memory when idle: a small cache, and only the workers that PostgreSQL requires. */
const SETTINGS: readonly string[] = [
  `listen_addresses=${HOST}`,
  'unix_socket_directories=',
  'max_connections=60',
  'shared_buffers=64MB',
  'io_method=sync', // saves three I/O worker processes
  'max_worker_processes=2',
  'max_parallel_workers=0',
  'max_logical_replication_workers=0', // saves the launcher process
  'max_wal_senders=0',
  'wal_level=minimal',
  'min_wal_size=32MB',
  'max_wal_size=256MB',
  'jit=off',
  'huge_pages=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_checkpoints=off',
]
/** A commit still reaches the operating system before PostgreSQL confirms it: killing PostgreSQL loses none. */
const NOT_DURABLE: readonly string[] = ['fsync=off', 'full_page_writes=off']

/**
 * Starts PostgreSQL from the npm package for this machine on 127.0.0.1, with scram-sha-256 and a random password.
 * Creates the cluster at the first start. The `url` is for the superuser and the database `postgres`.
 * Throws a `StartError` with a remedy.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedServer> {
  const print = options.onProgress ?? (() => undefined)
  const durable = options.durable ?? true
  const files = postgresFiles(options.dataDir)
  const binaries = await findPostgresBinaries()

  await mkdir(files.home, { recursive: true })
  await stopLeftoverPostgres(options.dataDir, print)
  const runAs = await chooseRunAs({
    paths: [binaries.postgres, binaries.share, path.dirname(files.home)],
    owner: await clusterOwner(files),
  })
  await ensureHome(files, runAs)
  const version = await readVersion(binaries, runAs)
  const { password } = await ensureCluster({ files, binaries, runAs, durable, version, print })

  const settings = options.settings ?? []
  const launch = (port: number) => launchPostgres({ files, binaries, runAs, durable, settings, port })
  const { port, server } = await (options.port === undefined ? onFreePort(launch) : onPort(options.port, launch))
  const url = `postgres://postgres:${password}@${HOST}:${port}/postgres`
  return { url, port, pid: server.pid, version, exited: server.exited, stop: server.stop }
}

/**
 * Stops a PostgreSQL that a killed run left running in this folder. The pid file alone does not identify it: the system
 * may have reused the pid.
 */
export async function stopLeftoverPostgres(dataDir: string, print: (line: string) => void): Promise<void> {
  const files = postgresFiles(dataDir)
  const pid = await readPidFile(files.pid)
  const command = pid && (await commandLine(pid))
  if (!command) return // PostgreSQL itself detects a stale pid file
  if (!command.includes(files.cluster)) return rm(files.pid)

  print(`PostgreSQL: stopping process ${pid}, left running by an earlier run`)
  if (await stopForeignProcess(pid, STOP_STEPS)) return
  throw new StartError(`PostgreSQL of an earlier run (process ${pid}) does not stop. Kill it, then try again.`)
}

interface Launch {
  readonly files: PostgresFiles
  readonly binaries: PostgresBinaries
  readonly runAs: RunAs
  readonly durable: boolean
  readonly settings: readonly string[]
  readonly port: number
}

function launchPostgres({ files, binaries, runAs, durable, settings, port }: Launch): Promise<RunningProcess> {
  const all = [...SETTINGS, ...(durable ? [] : NOT_DURABLE), ...settings, `port=${port}`]
  const args = ['-D', files.cluster, ...all.flatMap((setting) => ['-c', setting])]
  return startServerProcess({
    name: 'PostgreSQL',
    ...runAs.command(binaries.postgres, args),
    spawn: { ...runAs.spawn, env: postgresEnv(), cwd: path.parse(files.home).root },
    logFile: files.log,
    ready: (pid) => isReady(files, pid),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSteps: STOP_STEPS,
    atExit: 'SIGQUIT',
  })
}

async function onPort<T>(port: number, launch: (port: number) => Promise<T>): Promise<{ port: number; server: T }> {
  const error = await portError(HOST, port)
  if (error)
    throw new StartError(`PostgreSQL cannot listen on port ${port} of ${HOST} (${error}). Choose another port.`)
  return { port, server: await launch(port) }
}

/** Tries another port if another program takes the free one before PostgreSQL does. */
async function onFreePort<T>(launch: (port: number) => Promise<T>): Promise<{ port: number; server: T }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(HOST)
    try {
      return { port, server: await launch(port) }
    } catch (error) {
      const lostTheRace = (error as Error).message.includes('could not create any TCP/IP sockets')
      if (!lostTheRace || attempt === 5) throw error
    }
  }
}

/** The eighth line of postmaster.pid becomes "ready" when clients can connect. pg_ctl checks the same. */
async function isReady(files: PostgresFiles, pid: number): Promise<true | undefined> {
  const lines = (await readFile(files.pid, 'utf8').catch(() => '')).split('\n')
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready' ? true : undefined
}

/** Runs `postgres --version`, which also shows whether the program runs on this machine. Returns for example "18.4". */
async function readVersion(binaries: PostgresBinaries, runAs: RunAs): Promise<string> {
  const { command, args } = runAs.command(binaries.postgres, ['--version'])
  try {
    const stdout = await runProgram(command, args, {
      ...runAs.spawn,
      env: postgresEnv(),
      detached: true,
      timeoutMs: 10_000,
    })
    return /\d+(\.\d+)*/.exec(stdout)?.[0] ?? stdout.trim()
  } catch (cause) {
    throw new StartError(describeFailure((cause as Error).message, runAs), { cause })
  }
}

function describeFailure(reason: string, runAs: RunAs): string {
  if (!runAs.deniedPath) {
    return `The embedded PostgreSQL does not run on this machine: ${reason}\nRun \`npm ci\` again, or set DATABASE_URL.`
  }
  return (
    `PostgreSQL does not run as root, and the user \`${runAs.user?.name}\` has no access to ${runAs.deniedPath}. ` +
    `Starting it with setpriv (util-linux) instead failed: ${reason}\n` +
    'Move the checkout to where every user can read it, start as an ordinary user, or set DATABASE_URL.'
  )
}
