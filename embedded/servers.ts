import type { DataDir } from './data-dir.ts'
import type { EmbeddedServer } from './embedded-server.ts'
import type { FoundNatsServer } from './nats-server/find-nats-server.ts'
import type { Settings } from './settings.ts'
import { type Supervisor, supervise } from './supervisor.ts'

export interface ServersOptions {
  readonly settings: Settings
  readonly data: DataDir
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  /** Stops what was started, in the end or when something fails: the last adopted first. */
  readonly owned: AsyncDisposableStack
}

export interface Servers {
  readonly databaseUrl: string
  readonly natsUrl: string
  /** `undefined` where the server is the person's own. */
  readonly postgres: Supervisor | undefined
  readonly nats: Supervisor | undefined
  readonly natsServer: FoundNatsServer | undefined
}

/** Starts PostgreSQL and nats-server at the same time, except where the person has named one. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { settings, owned } = options
  const failed = new AbortController()
  const abortOther = (reason: unknown) => {
    failed.abort(reason) // nats-server may take a minute to fetch or build: for nothing
    throw reason
  }
  const both = { ...options, signal: AbortSignal.any([options.signal, failed.signal]) }
  const [postgres, nats] = await Promise.allSettled([
    settings.databaseUrl === undefined ? startOurPostgres(both).catch(abortOther) : undefined,
    settings.natsUrl === undefined ? startOurNats(both).catch(abortOther) : undefined,
  ])
  // Adopted in this order whichever was faster: nats-server stops first, PostgreSQL last.
  if (postgres.status === 'fulfilled' && postgres.value) owned.defer(postgres.value.supervisor.stop)
  if (nats.status === 'fulfilled' && nats.value) owned.defer(nats.value.supervisor.stop)
  if (postgres.status === 'rejected') throw postgres.reason
  if (nats.status === 'rejected') throw nats.reason

  return {
    databaseUrl: postgres.value?.server.url ?? (settings.databaseUrl as string), // one of them is there, see above
    natsUrl: nats.value?.server.url ?? (settings.natsUrl as string),
    postgres: postgres.value?.supervisor,
    nats: nats.value?.supervisor,
    natsServer: nats.value?.program,
  }
}

async function startOurPostgres({ data, say }: ServersOptions) {
  const { startPostgres } = await import('./postgres.ts')
  const start = (port?: number) =>
    startPostgres({ dataDir: data.postgres, onProgress: say, ...(port !== undefined && { port }) })
  const server = await start()
  say(`PostgreSQL ${server.version} is up on port ${server.port}`)
  return { server, supervisor: keepAlive('PostgreSQL', server, start, say) }
}

async function startOurNats({ data, say, signal }: ServersOptions) {
  const { findNatsServer } = await import('./nats-server/find-nats-server.ts')
  const { startNats } = await import('./nats.ts')
  const program = await findNatsServer({ onProgress: say, signal })
  const start = (port?: number) =>
    startNats({ bin: program.bin, storeDir: data.nats, onProgress: say, ...(port !== undefined && { port }) })
  const server = await start()
  say(`nats-server ${server.version} is up on port ${server.port}, from ${program.source}`)
  return { server, program, supervisor: keepAlive('nats-server', server, start, say) }
}

/** Starts it again on the same port when it dies, so that the services find it where it was. */
function keepAlive(
  name: string,
  server: EmbeddedServer,
  start: (port: number) => Promise<EmbeddedServer>,
  say: (line: string) => void,
): Supervisor {
  return supervise(server, { name, restart: () => start(server.port), onProgress: say })
}
