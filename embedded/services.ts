import type { ServiceName } from '../db/service-logins.ts'
import type { DataDir } from './data-dir.ts'
import { isServiceReady, problemIn, spawnService } from './service-process.ts'
import { compileCache, SERVICES, type Settings, serviceUrl } from './settings.ts'
import { StartError } from './start-error.ts'
import { type Supervisor, supervise } from './supervisor.ts'
import { waitUntil } from './wait-until.ts'

export interface ServicesOptions {
  readonly settings: Settings
  readonly data: DataDir
  readonly databaseUrls: Readonly<Record<ServiceName, string>>
  readonly natsUrl: string
  readonly say: (line: string) => void
}

/** An eighth of V8's default room for new objects: an idle service takes a third less. */
const LESS_MEMORY = '--max-semi-space-size=2'
const READY_TIMEOUT_MS = 60_000

/** Starts the three services, each under a supervisor. They get ready by themselves; see `waitForServices`. */
export async function startServices(options: ServicesOptions): Promise<Supervisor[]> {
  return Promise.all(
    SERVICES.map(async ({ name, portVariable }) => {
      const env = { ...serviceEnv(options, name), [portVariable]: String(options.settings.ports[name]) }
      const onLine = (line: string, stream: 'stdout' | 'stderr') => {
        const problem = stream === 'stderr' ? line : problemIn(line)
        if (problem) options.say(`[${name}] ${problem}`)
      }
      const logFile = options.data.logFiles[name]
      const start = async () => spawnService({ name, env, nodeArgs: [LESS_MEMORY], logFile, onLine })
      return supervise(await start(), { name, restart: start, onProgress: options.say })
    }),
  )
}

/** Resolves when all three can serve. Throws a `StartError` when one does not get there. */
export async function waitForServices({ host, ports }: Settings, signal: AbortSignal): Promise<void> {
  await Promise.all(
    SERVICES.map(async ({ name }) => {
      const url = serviceUrl(host, ports[name])
      const probe = async () => (await isServiceReady(url)) || undefined
      if (await waitUntil(probe, { timeoutMs: READY_TIMEOUT_MS, intervalMs: 50, signal })) return
      throw new StartError(`${name} did not get ready within ${READY_TIMEOUT_MS / 1000} s: see its log`)
    }),
  )
}

function serviceEnv({ settings, databaseUrls, natsUrl }: ServicesOptions, name: ServiceName): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOST: settings.host,
    DATABASE_URL: databaseUrls[name],
    NATS_URL: natsUrl,
    MIGRATE_ON_START: 'false', // done once, before, by a user who may
    NODE_COMPILE_CACHE: compileCache(settings),
  }
}
