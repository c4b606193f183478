import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import type { EmbeddedServer } from './embedded-server.ts'
import { portFault } from './ports.ts'
import { commandLine, readPidFile, type StopStep, stopForeignProcess } from './processes.ts'
import { startServerProcess } from './server-process.ts'
import { StartError } from './start-error.ts'

export interface NatsOptions {
  /** The nats-server program; see `nats-server/find-nats-server.ts`. */
  readonly bin: string
  /** The folder that keeps the streams, the pid file and the log. Nothing else may use it. */
  readonly storeDir: string
  /** Default: a free port. */
  readonly port?: number
  /** Serves nats-server's monitoring pages there. Default: nowhere. */
  readonly monitorPort?: number
  /** A configuration of nats-server's own, for what is not said here: it may not name a folder for the streams. Default: none. */
  readonly configFile?: string
  /** What the configuration reads from its environment, beside our own. */
  readonly env?: Readonly<Record<string, string>>
  readonly onProgress?: (line: string) => void
}

const HOST = '127.0.0.1'
const READY_TIMEOUT_MS = 60_000 // large streams are read through at the start
const INFO_TIMEOUT_MS = 2_000

const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGTERM', graceMs: 15_000 },
  { signal: 'SIGKILL', graceMs: 2_000 },
]

/**
 * Starts nats-server with JetStream on 127.0.0.1, without a password unless the configuration asks for one.
 * Throws a `StartError` that says what to do.
 */
export async function startNats(options: NatsOptions): Promise<EmbeddedServer> {
  const say = options.onProgress ?? (() => undefined)
  const files = natsFiles(options.storeDir)

  await mkdir(files.home, { recursive: true, mode: 0o755 })
  await stopLeftoverNats(options.storeDir, say)
  await removePortsFiles(files)
  for (const port of [options.port, options.monitorPort]) {
    const fault = port === undefined ? undefined : await portFault(HOST, port)
    if (fault) throw new StartError(`nats-server cannot have port ${port} on ${HOST} (${fault}). Choose another.`)
  }

  const words = [
    ...(options.configFile === undefined ? [] : ['--config', options.configFile]),
    ...['--addr', HOST],
    ...['--port', String(options.port ?? -1)], // -1: nats-server takes a free one and tells it in its ports file
    ...['--ports_file_dir', files.home],
    ...['--pid', files.pid],
    '--jetstream',
    ...['--store_dir', files.home],
    ...(options.monitorPort === undefined ? [] : ['--http_port', String(options.monitorPort)]),
  ]
  const server = await startServerProcess({
    name: 'nats-server',
    command: options.bin,
    args: words,
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
 * Stops the nats-server of a run that was killed, if it still serves this folder. A pid file alone proves nothing:
 * the number may have gone to another program since.
 */
export async function stopLeftoverNats(storeDir: string, say: (line: string) => void): Promise<void> {
  const files = natsFiles(storeDir)
  const pid = await readPidFile(files.pid)
  if (!pid || !(await commandLine(pid))?.includes(files.pid)) return

  say(`nats-server: an earlier run left it running (process ${pid}): stopping it`)
  if (await stopForeignProcess(pid, STOP_STEPS)) return
  throw new StartError(`nats-server of an earlier run (process ${pid}) does not stop. End it, then try again.`)
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

/** A killed nats-server leaves its ports file behind, and a later one may have its pid. */
async function removePortsFiles(files: NatsFiles): Promise<void> {
  const stale = (await readdir(files.home)).filter(isPortsFile)
  await Promise.all(stale.map((name) => rm(path.join(files.home, name))))
}

/** nats-server opens its port after JetStream is up, and says so in the INFO line that greets every client. */
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
  const port = /nats:\/\/[^"]*:(\d+)/.exec(text)?.[1] // {"nats":["nats://127.0.0.1:41234"],…}; it may be half written
  return port === undefined ? undefined : Number(port)
}

/** The line `INFO {…}` that nats-server sends to whoever connects; `undefined` when there is no answer. */
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
