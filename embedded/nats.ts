import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import type { EmbeddedServer } from './embedded-server.ts'
import { portError } from './ports.ts'
import { commandLine, readPidFile, type StopStep, stopForeignProcess } from './processes.ts'
import { startServerProcess } from './server-process.ts'
import { StartError } from './start-error.ts'

export interface NatsOptions {
  /** The path of nats-server; see `nats-server/find-nats-server.ts`. */
  readonly bin: string
  /** The folder for the streams, the pid file and the log. For this server only. */
  readonly storeDir: string
  /** Default: a free port. */
  readonly port?: number
  /** The port of nats-server's monitoring endpoints. Default: none. */
  readonly monitorPort?: number
  /** A configuration file for other settings. It must not set a store directory. Default: none. */
  readonly configFile?: string
  /** Environment variables for the configuration, in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly onProgress?: (line: string) => void
}

const HOST = '127.0.0.1'
const READY_TIMEOUT_MS = 60_000 // at start nats-server reads its streams
const INFO_TIMEOUT_MS = 2_000

const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGTERM', graceMs: 15_000 },
  { signal: 'SIGKILL', graceMs: 2_000 },
]

/**
 * Starts nats-server with JetStream on 127.0.0.1, without a password unless the configuration requires one.
 * Throws a `StartError` with a remedy.
 */
export async function startNats(options: NatsOptions): Promise<EmbeddedServer> {
  const print = options.onProgress ?? (() => undefined)
  const files = natsFiles(options.storeDir)

  await mkdir(files.home, { recursive: true, mode: 0o755 })
  await stopLeftoverNats(options.storeDir, print)
  await removePortsFiles(files)
  for (const port of [options.port, options.monitorPort]) {
    const error = port === undefined ? undefined : await portError(HOST, port)
    if (error)
      throw new StartError(`nats-server cannot listen on port ${port} of ${HOST} (${error}). Choose another port.`)
  }

  const args = [
    ...(options.configFile === undefined ? [] : ['--config', options.configFile]),
    ...['--addr', HOST],
    ...['--port', String(options.port ?? -1)], // -1: a free port, which nats-server writes to its ports file
    ...['--ports_file_dir', files.home],
    ...['--pid', files.pid],
    '--jetstream',
    ...['--store_dir', files.home],
    ...(options.monitorPort === undefined ? [] : ['--http_port', String(options.monitorPort)]),
  ]
  const server = await startServerProcess({
    name: 'nats-server',
    command: options.bin,
    args,
    spawn: { env: { ...process.env, ...options.env } },
    logFile: files.log,
    ready: (pid) => readyServer(files, pid),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSteps: STOP_STEPS,
    atExit: 'SIGTERM',
  })
  const { port, version } = server.ready
  return { url: `nats://${HOST}:${port}`, port, pid: server.pid, version, exited: server.exited, stop: server.stop }
}

/**
 * Stops a nats-server that a killed run left running in this folder. The pid file alone does not identify it: the system
 * may have reused the pid.
 */
export async function stopLeftoverNats(storeDir: string, print: (line: string) => void): Promise<void> {
  const files = natsFiles(storeDir)
  const pid = await readPidFile(files.pid)
  if (!pid || !(await commandLine(pid))?.includes(files.pid)) return

  print(`nats-server: stopping process ${pid}, left running by an earlier run`)
  if (await stopForeignProcess(pid, STOP_STEPS)) return
  throw new StartError(`nats-server of an earlier run (process ${pid}) does not stop. Kill it, then try again.`)
}

interface ServerInfo {
  readonly port: number
  readonly version: string
}

export function natsFiles(storeDir: string) {
  const home = path.resolve(storeDir)
  return { home, pid: path.join(home, 'nats-server.pid'), log: path.join(home, 'nats-server.log') } as const
}

type NatsFiles = ReturnType<typeof natsFiles>

const isPortsFile = (name: string) => name.endsWith('.ports')

/** A killed nats-server does not remove its ports file, and a later one may get the same pid. */
async function removePortsFiles(files: NatsFiles): Promise<void> {
  const stale = (await readdir(files.home)).filter(isPortsFile)
  await Promise.all(stale.map((name) => rm(path.join(files.home, name))))
}

/** nats-server opens its port once JetStream is ready, and reports that in the INFO line that it sends to every client. */
async function readyServer(files: NatsFiles, pid: number): Promise<ServerInfo | undefined> {
  const port = await readPort(files, pid)
  if (port === undefined) return undefined
  const info = await readInfo(port)
  return info?.jetstream ? { port, version: info.version } : undefined
}

async function readPort(files: NatsFiles, pid: number): Promise<number | undefined> {
  const name = (await readdir(files.home)).find((file) => isPortsFile(file) && file.includes(`_${pid}.`))
  if (!name) return undefined
  const text = await readFile(path.join(files.home, name), 'utf8').catch(() => '')
  const port = /(?:nats|tls):\/\/[^"]*:(\d+)/.exec(text)?.[1] // {"nats":["nats://127.0.0.1:41234"],…}; it may be incomplete
  return port === undefined ? undefined : Number(port)
}

/** Reads the line `INFO {…}` that nats-server sends to every client; `undefined` if there is no response. */
function readInfo(port: number): Promise<{ version: string; jetstream: boolean } | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port, timeout: INFO_TIMEOUT_MS })
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) socket.destroy()
    })
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(parseInfo(text)))
  })
}

function parseInfo(text: string): { version: string; jetstream: boolean } | undefined {
  const json = /^INFO (\{.*\})\s*$/m.exec(text)?.[1]
  if (!json) return undefined
  const info = JSON.parse(json) as { version?: string; jetstream?: boolean }
  return { version: info.version ?? 'unknown', jetstream: info.jetstream ?? false }
}
