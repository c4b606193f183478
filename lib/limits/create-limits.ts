import type { authSettings } from '../auth/auth-settings.ts'
import type { Config } from '../config/load-config.ts'
import type { Log } from '../log/log.ts'
import type { Sql } from '../postgres/connect.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { CallLimits, ClientBuckets } from './call-limits.ts'
import { createCallLimits } from './call-limits.ts'
import type { StartCall } from './concurrent-calls.ts'
import { createConcurrentCalls } from './concurrent-calls.ts'
import type { LimitName } from './limit-refusals.ts'
import { createRefusals } from './limit-refusals.ts'
import type { limitSettings } from './limit-settings.ts'
import type { Rate } from './rate.ts'
import { rateOf } from './rate.ts'
import { createSharedBuckets } from './shared-buckets.ts'
import { createTokenBuckets } from './token-buckets.ts'

/** The limits of one service. */
export interface Limits {
  readonly calls: CallLimits
  /** A further limit by client. @param setting as `rateSetting` accepts it */
  createClientLimit(name: LimitName, setting: string): ClientLimit
  /** A limit of the calls that a client has at a time. There is none with AUTH=off, where all clients are one. */
  createConcurrencyLimit(name: LimitName, max: number): StartCall
}

/**
 * Takes tokens of a client. Returns a promise only if other processes have to be asked.
 * @throws AppError `rate_limited`
 */
export type ClientLimit = (clientId: string, tokens: number) => Promise<void> | undefined

interface LimitsOptions {
  readonly config: Config<typeof authSettings & typeof limitSettings>
  /** The processes of one service share their limits. */
  readonly service: string
  readonly sql: Sql
  readonly log: Log
  readonly metrics: Metrics
}

/** Clients with a bucket at one time. They have a valid credential, so there are far fewer. */
const MAX_CLIENTS = 10_000

export function createLimits({ config, service, sql, log, metrics }: LimitsOptions): Limits {
  const refuse = createRefusals(metrics)
  const rateFor = (setting: string) => (config.AUTH === 'off' ? undefined : rateOf(setting))
  const createClientBuckets = (name: LimitName, rate: Rate): ClientBuckets =>
    config.LIMITS_STORE === 'postgres'
      ? createSharedBuckets({ sql, name: `${service}:${name}`, rate, log })
      : createTokenBuckets({ rate, maxKeys: MAX_CLIENTS })

  return {
    calls: createCallLimits({
      rates: {
        address: rateFor(config.LIMIT_PER_ADDRESS),
        failedCredentials: rateFor(config.LIMIT_FAILED_CREDENTIALS),
        publishable: rateFor(config.LIMIT_PUBLISHABLE_PER_ADDRESS),
        client: rateFor(config.LIMIT_PER_CLIENT),
      },
      createClientBuckets,
      refuse,
    }),
    createConcurrencyLimit: (name, max) =>
      createConcurrentCalls(name, config.AUTH === 'off' ? Number.POSITIVE_INFINITY : max, refuse),
    createClientLimit: (name, setting) => {
      const rate = rateFor(setting)
      const buckets = rate && createClientBuckets(name, rate)
      return (clientId, tokens) => {
        const taken = buckets?.take(clientId, tokens)
        if (taken instanceof Promise) {
          return taken.then((later) => {
            if (!later.allowed) throw refuse(name, later)
          })
        }
        if (taken !== undefined && !taken.allowed) throw refuse(name, taken)
        return undefined
      }
    },
  }
}
