import type { IncomingCall } from '../auth/access-control.ts'
import type { Principal } from '../auth/principal.ts'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { addressKey } from './address-key.ts'
import { policyItem, stateItem } from './limit-headers.ts'
import type { LimitName, RefuseCall } from './limit-refusals.ts'
import type { Rate } from './rate.ts'
import type { Taken } from './token-buckets.ts'
import { createTokenBuckets } from './token-buckets.ts'

/*
 * The limits of calls. Invariants:
 *  1. The limit of the address needs no other process, so a flood from one address costs no look-up.
 *  2. A credential is not looked up for an address with too many invalid ones. Calls with a cached credential pass, so
 *     others behind the same address are not locked out.
 *  3. Every answer, refused or not, has the headers `RateLimit-Policy` and `RateLimit`, unless no limit is configured.
 *  4. Anyone can read a publishable key, so a call with it counts against its address before it counts against the
 *     client: one address cannot use up the calls of the client.
 */

/** Token buckets by client: in memory, or shared by all processes. */
export interface ClientBuckets {
  take(key: string, tokens?: number): Taken | Promise<Taken>
}

export interface CallLimitsOptions {
  readonly rates: {
    readonly address: Rate | undefined
    readonly failedCredentials: Rate | undefined
    readonly publishable: Rate | undefined
    readonly client: Rate | undefined
  }
  readonly createClientBuckets: (name: LimitName, rate: Rate) => ClientBuckets
  readonly refuse: RefuseCall
}

type Caller = Pick<Principal, 'clientId' | 'isPublishable'>

export interface CallLimits {
  /** Counts the call against its address. @throws AppError `rate_limited` */
  admitAddress(call: IncomingCall): void
  /**
   * Counts the call against its client, and one with a publishable key against its address once more. Returns a promise
   * only if other processes have to be asked.
   * @throws AppError `rate_limited`
   */
  admitClient(call: IncomingCall, caller: Caller): Promise<void> | undefined
  /**
   * Verifies a credential that is not known yet, unless too many of this address were invalid.
   * @throws AppError `rate_limited`, at once; else what `verify` rejects with
   */
  tryCredential<T>(call: Pick<IncomingCall, 'address' | 'isOngoing'>, verify: () => Promise<T>): Promise<T>
}

/** Addresses with a bucket at one time, about 20 MB. See token-buckets.ts for what happens beyond. */
const MAX_ADDRESSES = 100_000

export function createCallLimits({ rates, createClientBuckets, refuse }: CallLimitsOptions): CallLimits {
  const perAddress = (rate: Rate | undefined) => rate && createTokenBuckets({ rate, maxKeys: MAX_ADDRESSES })
  const addresses = perAddress(rates.address)
  const failures = perAddress(rates.failedCredentials)
  const publishable = perAddress(rates.publishable)
  const clients = rates.client && createClientBuckets('client', rates.client)
  const policyOf = (names: readonly ('address' | 'publishable' | 'client')[]) =>
    names.flatMap((name) => (rates[name] === undefined ? [] : [policyItem(name, rates[name])])).join(', ')
  const policy = policyOf(['address', 'client'])
  const publishablePolicy = policyOf(['address', 'publishable', 'client'])

  const report = (call: IncomingCall, name: LimitName, taken: Taken) => {
    call.setHeader('ratelimit', stateItem(name, taken)) // 3
    if (!taken.allowed) throw refuse(name, taken)
  }

  return {
    admitAddress: (call) => {
      if (policy !== '') call.setHeader('ratelimit-policy', policy)
      if (addresses === undefined) return
      report(call, 'address', addresses.take(addressKey(call.address))) // 1
    },
    admitClient: (call, { clientId, isPublishable = false }) => {
      if (isPublishable && publishable !== undefined) {
        call.setHeader('ratelimit-policy', publishablePolicy)
        report(call, 'publishable', publishable.take(addressKey(call.address))) // 4
      }
      const taken = clients?.take(clientId)
      const reportTaken = (state: Taken) => {
        if (!isPublishable || !state.allowed) report(call, 'client', state)
      }
      if (taken instanceof Promise) return taken.then(reportTaken)
      if (taken !== undefined) reportTaken(taken)
      return undefined
    },
    tryCredential: (call, verify) => {
      if (failures === undefined || call.isOngoing) return verify()
      const key = addressKey(call.address)
      const state = failures.peek(key)
      if (!state.allowed) throw refuse('failed_credentials', state) // 2
      return verify().catch((error: unknown) => {
        if (error instanceof AppError && error.code === ErrorCode.Unauthenticated) failures.take(key)
        throw error
      })
    },
  }
}
