import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'

/** A job that runs again and again, one run at a time. */
export interface PeriodicJob {
  /** Stops after the current run. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts a job. A run that fails is logged, at most once per interval of the throttled log, and repeated like any other.
 *
 * @param options `run` resolves to whether more work is ready now; `intervalMs`: pause before the next run otherwise,
 *   with jitter, so that processes that start together do not run together; `failure`: the log message of a failed run
 */
export function startPeriodicJob(options: {
  readonly run: () => Promise<boolean>
  readonly intervalMs: number
  readonly failure: string
  readonly log: Log
}): PeriodicJob {
  const { run, intervalMs, failure, log } = options
  const stopping = new AbortController()
  const logFailure = createThrottledLog(log, 'warn', failure)

  const runOnce = async (): Promise<boolean> => {
    try {
      return await run()
    } catch (error) {
      logFailure({ err: error })
      return false
    }
  }
  const loop = async () => {
    while (!stopping.signal.aborted) {
      if (await runOnce()) continue
      const pauseMs = intervalMs * (0.75 + Math.random() / 2)
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
  }
  const running = loop()

  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
