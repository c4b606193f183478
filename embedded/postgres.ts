import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { RunningProcess } from './child-process.ts'
import type { EmbeddedServer } from './embedded-server.ts'
import { freePort, portFault } from './ports.ts'
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
  /** The folder that keeps the cluster, its password and its log. Nothing else may use it. */
  readonly dataDir: string
  /** Default true. False, for tests: nothing is synced to disk, so that a crash of the machine may lose everything. */
  readonly durable?: boolean
  /** Default: a free port. */
  readonly port?: number
  /** More settings of the server, `name=value` each; they win over ours, which are made for little memory. */
  readonly settings?: readonly string[]
  readonly onProgress?: (line: string) => void
}

const HOST = '127.0.0.1'
const READY_TIMEOUT_MS = 60_000 // recovery after a crash reads the whole log of changes first

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one: it leaves recovery to the next start. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGINT', graceMs: 15_000 },
  { signal: 'SIGQUIT', graceMs: 6_000 },
  { signal: 'SIGKILL', graceMs: 2_000 },
]

/** Made for little memory when idle: no workers but those that PostgreSQL cannot do without, a small cache. */
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
/** Commits still reach the operating system before they are answered: killing PostgreSQL loses none. */
const NOT_DURABLE: readonly string[] = ['fsync=off', 'full_page_writes=off']

/**
 * Starts PostgreSQL from the npm package for this machine on 127.0.0.1, with scram-sha-256 and a random password.
 * Makes the cluster at the first start. The `url` is the superuser's, to the database `postgres`.
 * Throws a `StartError` that says what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedServer> {
  const say = options.onProgress ?? (() => undefined)
  const durable = options.durable ?? true
  const files = postgresFiles(options.dataDir)
  const binaries = await findPostgresBinaries()

  await mkdir(files.home, { recursive: true })
  await stopLeftoverPostgres(options.dataDir, say)
  const runAs = await chooseRunAs({
    paths: [binaries.postgres, binaries.share, path.dirname(files.home)],
    owner: await clusterOwner(files),
  })
  await ensureHome(files, runAs)
  const version = await readVersion(binaries, runAs)
  const { password } = await ensureCluster({ files, binaries, runAs, durable, version, say })

  const settings = options.settings ?? []
  const launch = (port: number) => launchPostgres({ files, binaries, runAs, durable, settings, port })
  const { port, server } = await (options.port === undefined ? onFreePort(launch) : onPort(options.port, launch))
  const url = `postgres://postgres:${password}@${HOST}:${port}/postgres`
  return { url, port, pid: server.pid, version, exited: server.exited, stop: server.stop }
}

/**
 * Stops the PostgreSQL of a run that was killed, if it still serves this folder. A pid file alone proves nothing:
 * the number may have gone to another program since.
 */
export async function stopLeftoverPostgres(dataDir: string, say: (line: string) => void): Promise<void> {
  const files = postgresFiles(dataDir)
  const pid = await readPidFile(files.pid)
  const words = pid && (await commandLine(pid))
  if (!words) return // PostgreSQL itself sees that its pid file is stale
  if (!words.includes(files.cluster)) return rm(files.pid)

  say(`PostgreSQL: an earlier run left it running (process ${pid}): stopping it`)
  if (await stopForeignProcess(pid, STOP_STEPS)) return
  throw new StartError(`PostgreSQL of an earlier run (process ${pid}) does not stop. End it, then try again.`)
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
  const words = ['-D', files.cluster, ...all.flatMap((setting) => ['-c', setting])]
  return startServerProcess({
    name: 'PostgreSQL',
    ...runAs.command(binaries.postgres, words),
    spawn: { ...runAs.spawn, env: postgresEnv(), cwd: path.parse(files.home).root },
    logFile: files.log,
    ready: (pid) => isReady(files, pid),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSteps: STOP_STEPS,
    atExit: 'SIGQUIT',
  })
}

async function onPort<T>(port: number, launch: (port: number) => Promise<T>): Promise<{ port: number; server: T }> {
  const fault = await portFault(HOST, port)
  if (fault) throw new StartError(`PostgreSQL cannot have port ${port} on ${HOST} (${fault}). Choose another.`)
  return { port, server: await launch(port) }
}

/** Another program may take the free port before PostgreSQL does: then the next one. */
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

/** The eighth line of postmaster.pid turns to "ready" when clients may connect; pg_ctl waits for the same. */
async function isReady(files: PostgresFiles, pid: number): Promise<true | undefined> {
  const lines = (await readFile(files.pid, 'utf8').catch(() => '')).split('\n')
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready' ? true : undefined
}

/** "18.4", asked of the program itself, which shows at once whether it can run here at all. */
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
    throw new StartError(explainFault((cause as Error).message, runAs), { cause })
  }
}

function explainFault(reason: string, runAs: RunAs): string {
  if (!runAs.deniedPath) {
    return `The embedded PostgreSQL does not run here: ${reason}\nRun \`npm ci\` again, or set DATABASE_URL.`
  }
  return (
    `PostgreSQL does not run as root, and the user \`${runAs.user?.name}\`, as which it would run, ` +
    `may not pass ${runAs.deniedPath}. The way around that, setpriv of util-linux, failed: ${reason}\n` +
    'Move the checkout to where every user can read it, start as an ordinary user, or set DATABASE_URL.'
  )
}
