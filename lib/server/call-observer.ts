import type { AppError } from '../errors/app-error.ts'
import { ErrorCode, toAppError } from '../errors/app-error.ts'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { CallIdentity } from './http/call-identity.ts'

/** One call in progress. Its outcome is recorded in the metrics and the log. */
interface ObservedCall {
  succeeded(): void
  /** Returns the error to send to the caller. The cause of an `internal` error is logged. */
  failed(thrown: unknown): AppError
}

type Protocol = 'rest' | 'connect' | 'grpc'
export type CallObserver = (protocol: Protocol, method: string, call: Pick<CallIdentity, 'requestId'>) => ObservedCall

/** Records the outcome of calls. Every protocol handler reports each call exactly once. */
export function createCallObserver(log: Log, metrics: Metrics): CallObserver {
  const duration = metrics.histogram({
    name: 'leadtriage_call_duration_seconds',
    help: 'Time from request to response, by protocol, method and outcome (ok, or the error code).',
    labelNames: ['protocol', 'method', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  })
  return (protocol, method, { requestId }) => {
    const startedAt = performance.now()
    const finish = (outcome: string) => {
      const durationMs = performance.now() - startedAt
      duration.observe({ protocol, method, outcome }, durationMs / 1000)
      return { request_id: requestId, protocol, method, outcome, duration_ms: Math.round(durationMs * 100) / 100 }
    }
    return {
      succeeded: () => log.info(finish('ok'), 'call ended'),
      failed: (thrown) => {
        const error = toAppError(thrown)
        const fields = finish(error.code)
        if (error.code === ErrorCode.Internal) log.error({ ...fields, err: error.cause }, 'call failed unexpectedly')
        else log.info(fields, 'call ended')
        return error
      },
    }
  }
}
