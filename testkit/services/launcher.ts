import { join } from 'node:path'
import type { ServiceName } from '../../db/service-logins.ts'
import type { RunningProcess } from '../../embedded/child-process.ts'
import { trySignal } from '../../embedded/processes.ts'
import type { Service } from './service.ts'
import { serviceEnv, startService, untilReady } from './service.ts'

export interface LauncherOptions {
  /** Names the streams and the log files. */
  readonly namespace: string
  readonly databaseUrls: Readonly<Record<ServiceName, string>>
  readonly natsUrl: string
  readonly logDir: string
  /** Starts the name of each log file. Default: `namespace`. */
  readonly label?: string
  /** An argument that the services ignore and by which the reaper finds them: see testkit/processes/reaper.ts. */
  readonly mark: string
  /** More settings for every service. */
  readonly env?: NodeJS.ProcessEnv
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[]
  /** The root of the checkout to start the services from. Default: this one. */
  readonly checkout?: string | undefined
  /** Ends all waiting. */
  readonly signal: AbortSignal
}

/** Starts the services of one installation and keeps track of their processes. */
export interface Launcher {
  /**
   * Starts a service; resolves when it listens.
   * @param number of the process, from 0, when there are several of one service
   * @param env settings of this process alone
   */
  start(service: ServiceName, number?: number, env?: NodeJS.ProcessEnv): Promise<Service>
  /** Starts a service; resolves when it is ready. */
  startReady(service: ServiceName, number?: number, env?: NodeJS.ProcessEnv): Promise<Service>
  /**
   * How processes ended that were neither stopped nor killed by the launcher, for example `triage 1 ended (SIGKILL)`.
   */
  readonly crashes: readonly string[]
  /** Stops every process; resolves to what went wrong: {@link crashes}, and exit codes other than 0. */
  stopAll(): Promise<string[]>
  /** Kills every process that still runs, frozen or not. */
  killAll(): Promise<void>
}

export function createLauncher(options: LauncherOptions): Launcher {
  const { namespace, databaseUrls, natsUrl, logDir, label = namespace, mark, signal } = options
  const running = new Map<RunningProcess, string>()
  const crashes: string[] = []
  let isKilling = false

  const start: Launcher['start'] = (name, number = 0, env = {}) =>
    startService({
      name,
      env: { ...serviceEnv(name, { databaseUrl: databaseUrls[name], natsUrl, namespace }), ...options.env, ...env },
      args: [mark],
      nodeArgs: options.nodeArgs ?? [],
      checkout: options.checkout,
      logFile: logFileOf({ logDir, label }, name, number),
      onSpawn: (process) => {
        running.set(process, `${name} ${number}`)
        void process.exited.then((exit) => {
          running.delete(process)
          if (!exit.expected && !isKilling) crashes.push(`${name} ${number} ended (${exit.signal ?? exit.code})`)
        })
      },
    })
  return {
    start,
    startReady: async (...which) => {
      const service = await start(...which)
      await untilReady(service, signal)
      return service
    },
    crashes,
    stopAll: async () => {
      const stopped = [...running].map(async ([process, name]) => {
        await process.stop()
        const { code } = await process.exited
        return code === 0 ? [] : [`${name} did not stop cleanly: exit code ${code}`]
      })
      return [...crashes, ...(await Promise.all(stopped)).flat()]
    },
    killAll: async () => {
      isKilling = true
      const alive = [...running.keys()]
      for (const { pid } of alive) trySignal(pid, 'SIGKILL')
      await Promise.all(alive.map(({ exited }) => exited))
    },
  }
}

/** Where the output of a service goes. */
export function logFileOf(
  { logDir, label }: { readonly logDir: string; readonly label: string },
  name: ServiceName,
  number = 0,
): string {
  return join(logDir, `${label}-${name}-${number}.log`)
}
