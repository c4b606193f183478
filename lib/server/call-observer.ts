import type { AppError } from '../errors/app-error.ts'
import { ErrorCode, toAppError } from '../errors/app-error.ts'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** Watches one call from its start to its outcome. */
interface ObservedCall {
  succeeded(): void
  /** Counts the failure, logs what nobody foresaw, and returns the error as the caller may see it. */
  failed(thrown: unknown): AppError
}

type Door = 'rest' | 'connect' | 'grpc'
export type CallObserver = (door: Door, method: string) => ObservedCall

/** The one funnel for the outcome of calls: every door reports here. */
export function createCallObserver(log: Log, metrics: Metrics): CallObserver {
  const duration = metrics.histogram({
    name: 'leadtriage_call_duration_seconds',
    help: 'Time from request to answer, by door, method and outcome (ok, or the error code).',
    labelNames: ['door', 'method', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  })
  return (door, method) => {
    const startedAt = performance.now()
    const finish = (outcome: string) =>
      duration.observe({ door, method, outcome }, (performance.now() - startedAt) / 1000)
    return {
      succeeded: () => finish('ok'),
      failed: (thrown) => {
        const error = toAppError(thrown)
        finish(error.code)
        if (error.code === ErrorCode.Internal)
          log.error({ err: error.cause, door, method }, 'a call failed unexpectedly')
        return error
      },
    }
  }
}
