import type { z } from 'zod'
import type { Config } from '../config/load-config.ts'
import { ConfigError, commonSettings, loadConfig } from '../config/load-config.ts'
import type { Log } from '../log/log.ts'
import { createLog } from '../log/log.ts'
import type { Lifecycle } from './lifecycle.ts'
import { createLifecycle } from './lifecycle.ts'

/** All of the stop together; a pod's grace time must be longer. */
export const STOP_TIMEOUT_MS = 25_000

/**
 * Runs one service as this process: loads its settings, starts it, and stops it on SIGTERM or SIGINT. A second
 * signal exits at once. Wrong settings and whatever `start` throws end the process with exit code 1.
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
      log.warn({ signal }, 'told to stop again: exiting at once')
      process.exit(1)
    }
    log.info({ signal }, 'stopping')
    setTimeout(() => {
      log.error('could not stop in time')
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
    log.fatal({ err: error }, 'could not start')
    process.exit(1)
  }
}

function loadConfigOrExit<T extends z.ZodRawShape>(settings: T): Config<T> {
  try {
    return loadConfig(settings, process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
