import type { z } from 'zod'
import type { Config } from '../config/load-config.ts'
import { ConfigError, commonSettings, loadConfig } from '../config/load-config.ts'
import type { Log } from '../log/log.ts'
import { createLog } from '../log/log.ts'
import type { Lifecycle } from './lifecycle.ts'
import { createLifecycle } from './lifecycle.ts'

/** Bound for the whole shutdown. A pod's `terminationGracePeriodSeconds` must be longer. */
export const STOP_TIMEOUT_MS = 25_000

/**
 * Runs a service as this process: loads its settings, starts it, and stops it on SIGTERM or SIGINT. A second signal
 * exits at once. Invalid settings and errors of `start` end the process with exit code 1.
 */
export async function runService<T extends z.ZodRawShape & typeof commonSettings>(
  name: string,
  settings: T,
  start: (config: Config<T>, log: Log, lifecycle: Lifecycle) => Promise<unknown>,
): Promise<void> {
  const config = loadConfigOrExit(settings)
  const log = createLog(name, loadConfigOrExit({ LOG_LEVEL: commonSettings.LOG_LEVEL }).LOG_LEVEL)
  const lifecycle = createLifecycle(log)
  const stop = async (signal: string) => {
    if (lifecycle.stopping) {
      log.warn({ signal }, 'received a second stop signal; exiting immediately')
      process.exit(1)
    }
    log.info({ signal }, 'stopping')
    setTimeout(() => {
      log.error({ timeoutMs: STOP_TIMEOUT_MS }, 'shutdown timed out; exiting')
      process.exit(1)
    }, STOP_TIMEOUT_MS).unref()
    const clean = await lifecycle.stop()
    log.info('stopped')
    process.exit(clean ? 0 : 1)
  }
  process.on('SIGTERM', () => void stop('SIGTERM'))
  process.on('SIGINT', () => void stop('SIGINT'))
  try {
    await start(config, log, lifecycle)
  } catch (error) {
    if (error instanceof ConfigError) exitWith(error)
    log.fatal({ err: error }, 'the service failed to start')
    process.exit(1)
  }
}

function loadConfigOrExit<T extends z.ZodRawShape>(settings: T): Config<T> {
  try {
    return loadConfig(settings, process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    exitWith(error)
  }
}

function exitWith({ message }: ConfigError): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
