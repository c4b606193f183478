import type { DataDir } from './data-dir.ts'
import type { EmbeddedServer } from './embedded-server.ts'
import type { FoundNatsServer } from './nats-server/find-nats-server.ts'
import type { Settings } from './settings.ts'
import { type Supervisor, supervise } from './supervisor.ts'

export interface ServersOptions {
  readonly settings: Settings
  readonly data: DataDir
  readonly print: (line: string) => void
  readonly signal: AbortSignal
  /** Stops what was started, in reverse order, at the end or on failure. */
  readonly owned: AsyncDisposableStack
}

export interface Servers {
  readonly databaseUrl: string
  readonly natsUrl: string
  /** `undefined` for an external server. */
  readonly postgres: Supervisor | undefined
  readonly nats: Supervisor | undefined
  readonly natsServer: FoundNatsServer | undefined
}

/** Starts PostgreSQL and nats-server in parallel, except external ones. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { settings, owned } = options
  const failed = new AbortController()
  const abortOther = (reason: unknown) => {
    failed.abort(reason) // fetching or building nats-server may take a minute
    throw reason
  }
  const both = { ...options, signal: AbortSignal.any([options.signal, failed.signal]) }
  const [postgres, nats] = await Promise.allSettled([
    settings.databaseUrl === undefined ? startEmbeddedPostgres(both).catch(abortOther) : undefined,
    settings.natsUrl === undefined ? startEmbeddedNats(both).catch(abortOther) : undefined,
  ])
  // in this order, whichever started first: nats-server stops first, PostgreSQL last
  if (postgres.status === 'fulfilled' && postgres.value) owned.defer(postgres.value.supervisor.stop)
  if (nats.status === 'fulfilled' && nats.value) owned.defer(nats.value.supervisor.stop)
  if (postgres.status === 'rejected') throw postgres.reason
  if (nats.status === 'rejected') throw nats.reason

  return {
    databaseUrl: postgres.value?.server.url ?? (settings.databaseUrl as string), // one of them is set, see above
    natsUrl: nats.value?.server.url ?? (settings.natsUrl as string),
    postgres: postgres.value?.supervisor,
    nats: nats.value?.supervisor,
    natsServer: nats.value?.program,
  }
}

async function startEmbeddedPostgres({ data, print }: ServersOptions) {
  const { startPostgres } = await import('./postgres.ts')
  const start = (port?: number) =>
    startPostgres({ dataDir: data.postgres, onProgress: print, ...(port !== undefined && { port }) })
  const server = await start()
  print(`PostgreSQL ${server.version} is ready on port ${server.port}`)
  return { server, supervisor: keepAlive('PostgreSQL', server, start, print) }
}

async function startEmbeddedNats({ data, print, signal }: ServersOptions) {
  const { findNatsServer } = await import('./nats-server/find-nats-server.ts')
  const { startNats } = await import('./nats.ts')
  const program = await findNatsServer({ onProgress: print, signal })
  const start = (port?: number) =>
    startNats({ bin: program.bin, storeDir: data.nats, onProgress: print, ...(port !== undefined && { port }) })
  const server = await start()
  print(`nats-server ${server.version} (from ${program.source}) is ready on port ${server.port}`)
  return { server, program, supervisor: keepAlive('nats-server', server, start, print) }
}

/** Restarts a server that exits, on the same port, so that the services can reconnect. */
function keepAlive(
  name: string,
  server: EmbeddedServer,
  start: (port: number) => Promise<EmbeddedServer>,
  print: (line: string) => void,
): Supervisor {
  return supervise(server, { name, restart: () => start(server.port), onProgress: print })
}
