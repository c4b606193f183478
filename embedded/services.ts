import type { ServiceName } from '../db/service-logins.ts'
import type { DataDir } from './data-dir.ts'
import { formatProblem, isServiceReady, spawnService } from './service-process.ts'
import { compileCache, SERVICES, type Settings, serviceUrl } from './settings.ts'
import { StartError } from './start-error.ts'
import { type Supervisor, supervise } from './supervisor.ts'
import { waitUntil } from './wait-until.ts'

export interface ServicesOptions {
  readonly settings: Settings
  readonly data: DataDir
  readonly databaseUrls: Readonly<Record<ServiceName, string>>
  readonly natsUrl: string
  readonly print: (line: string) => void
}

/** An eighth of V8's default semi-space: an idle service uses a third less memory. */
const SMALL_SEMI_SPACE = '--max-semi-space-size=2'
const READY_TIMEOUT_MS = 60_000

/** Starts the three services under supervisors. Does not wait until they are ready: see `waitForServices`. */
export async function startServices(options: ServicesOptions): Promise<Supervisor[]> {
  return Promise.all(
    SERVICES.map(async ({ name, portVariable }) => {
      const env = { ...serviceEnv(options, name), [portVariable]: String(options.settings.ports[name]) }
      const onLine = (line: string, stream: 'stdout' | 'stderr') => {
        const problem = stream === 'stderr' ? line : formatProblem(line)
        if (problem) options.print(`[${name}] ${problem}`)
      }
      const logFile = options.data.logFiles[name]
      const start = async () => spawnService({ name, env, nodeArgs: [SMALL_SEMI_SPACE], logFile, onLine })
      return supervise(await start(), { name, restart: start, onProgress: options.print })
    }),
  )
}

/** Resolves when all services are ready. Throws a `StartError` if one is not ready in time. */
export async function waitForServices(settings: Settings, signal: AbortSignal): Promise<void> {
  await Promise.all(
    SERVICES.map(async ({ name }) => {
      const url = serviceUrl(settings, settings.ports[name])
      const probe = async () => (await isServiceReady(url)) || undefined
      if (await waitUntil(probe, { timeoutMs: READY_TIMEOUT_MS, intervalMs: 50, signal })) return
      throw new StartError(`${name} was not ready within ${READY_TIMEOUT_MS / 1000} s. See its log.`)
    }),
  )
}

function serviceEnv({ settings, databaseUrls, natsUrl }: ServicesOptions, name: ServiceName): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOST: settings.host,
    AUTH: settings.auth,
    DATABASE_URL: databaseUrls[name],
    DATABASE_URL_FILE: undefined, // it was read already, and a service rejects both
    NATS_URL: natsUrl,
    NATS_URL_FILE: undefined,
    // the embedded servers have no TLS
    ...(settings.databaseUrl === undefined && { DATABASE_CA_FILE: undefined }),
    ...(settings.natsUrl === undefined && {
      NATS_CA_FILE: undefined,
      NATS_CERT_FILE: undefined,
      NATS_KEY_FILE: undefined,
    }),
    MIGRATE_ON_START: 'false', // done before by the owner of the database
    NODE_COMPILE_CACHE: compileCache(settings),
  }
}
