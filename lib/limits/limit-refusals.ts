import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { secondsUntilMore } from './limit-headers.ts'
import type { Taken } from './token-buckets.ts'

/** The limits, as responses and metrics name them. */
export type LimitName = 'address' | 'failed_credentials' | 'publishable' | 'client' | 'leads' | 'watchers'

const MESSAGES = {
  address: 'Too many calls from this address',
  failed_credentials: 'Too many calls with an invalid credential from this address',
  publishable: 'Too many calls with a publishable key from this address',
  client: 'Too many calls of this client',
  leads: 'Too many leads of this client',
  watchers: 'Too many watchers of this client',
} as const satisfies Record<LimitName, string>

/** Counts a refused call and returns its error. */
export type RefuseCall = (limit: LimitName, taken: Taken) => AppError

export function createRefusals(metrics: Metrics): RefuseCall {
  const refused = metrics.counter({
    name: 'leadtriage_refused_calls_total',
    help: 'Calls refused with rate_limited, by limit: address, failed_credentials, publishable, client, leads or watchers.',
    labelNames: ['limit'],
  })
  for (const limit of Object.keys(MESSAGES) as LimitName[]) refused.inc({ limit }, 0)
  return (limit, taken) => {
    refused.inc({ limit })
    const retryAfterSeconds = secondsUntilMore(taken)
    const message = `${MESSAGES[limit]}; retry after ${retryAfterSeconds} s.`
    return new AppError(ErrorCode.RateLimited, message, { retryAfterSeconds })
  }
}
