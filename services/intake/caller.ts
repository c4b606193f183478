import type { CallContext } from '../../lib/server/rpc.ts'

export interface Caller {
  /** Owns the idempotency keys of the call: two clients may use the same key. */
  readonly clientId: string
  /** The W3C `traceparent` of the call. */
  readonly traceparent: string | undefined
}

export function callerOf({ principal, traceparent }: Pick<CallContext, 'principal' | 'traceparent'>): Caller {
  return { clientId: principal.clientId, traceparent }
}
