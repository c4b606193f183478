import type { ServiceName } from '../../db/service-logins.ts'
import type { RunningProcess } from '../../embedded/child-process.ts'
import { describeExit, type ProcessExit } from '../../embedded/embedded-server.ts'
import { isServiceReady, type ServiceOptions, spawnService } from '../../embedded/service-process.ts'
import { waitUntil } from '../../embedded/wait-until.ts'

/** A service that runs as its own process, as in production. */
export interface Service extends RunningProcess {
  readonly name: ServiceName
  /** Where it listens, for example `http://127.0.0.1:40123`. */
  readonly url: string
}

export interface StartServiceOptions extends Omit<ServiceOptions, 'onLine'> {
  /** Default: the output goes to the log file only. */
  readonly onLine?: ServiceOptions['onLine']
  /** Called as soon as there is a process, before it listens. */
  readonly onSpawn?: (process: RunningProcess) => void
}

/** A service ended by itself before it served. The message has the end of its log, which never contains a note. */
export class EndedEarly extends Error {
  readonly exit: ProcessExit

  constructor(name: string, before: string, exit: ProcessExit) {
    super(`${name} ended (${describeExit(exit)}) before ${before}. Its last lines:\n${exit.lastLines}`)
    this.name = 'EndedEarly'
    this.exit = exit
  }
}

/** The settings that every service needs; it listens on a free port. */
export function serviceEnv(
  name: ServiceName,
  settings: { readonly databaseUrl: string; readonly natsUrl: string; readonly namespace?: string },
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AUTH: 'off',
    DATABASE_URL: settings.databaseUrl,
    NATS_URL: settings.natsUrl,
    ...(settings.namespace !== undefined && { NATS_NAMESPACE: settings.namespace }),
    [`${name.toUpperCase()}_PORT`]: '0',
  }
}

/**
 * Starts a service; resolves when it listens, which is before it is ready: see {@link untilReady}.
 * @throws EndedEarly when it ends first
 */
export async function startService(options: StartServiceOptions): Promise<Service> {
  const { onSpawn, onLine, ...spawnOptions } = options
  const { promise: url, resolve } = Promise.withResolvers<string>()
  const child = spawnService({
    ...spawnOptions,
    onLine: (line, stream) => {
      const found = stream === 'stdout' ? /"url":"(https?:[^"]+)"/.exec(line)?.[1] : undefined
      if (found) resolve(found)
      onLine?.(line, stream)
    },
  })
  onSpawn?.(child)
  const early = child.exited.then((exit) => {
    throw new EndedEarly(options.name, 'it listened', exit)
  })
  early.catch(() => undefined) // once the URL is known, an exit is reported by `exited` alone
  return { ...child, name: options.name, url: await Promise.race([url, early]) }
}

/**
 * Waits until the service reports that it is ready.
 * @throws EndedEarly when it ends first
 */
export async function untilReady(service: Service, signal?: AbortSignal): Promise<void> {
  let ended: ProcessExit | undefined
  void service.exited.then((exit) => {
    ended = exit
  })
  const probe = async () => {
    if (await isServiceReady(service.url)) return true
    if (ended) throw new EndedEarly(service.name, 'it was ready', ended)
    return undefined
  }
  await waitUntil(probe, { timeoutMs: Number.POSITIVE_INFINITY, intervalMs: 50, signal })
}
