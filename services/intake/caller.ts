import type { CallContext } from '../../lib/server/rpc.ts'

export interface Caller {
  readonly clientId: string
  /** The W3C `traceparent` of the call. */
  readonly traceparent: string | undefined
}

/** Calls are not authenticated yet, so all share one client id. Idempotency keys are unique per client. */
const ANONYMOUS = 'anonymous'

export function callerOf({ traceparent }: Pick<CallContext, 'traceparent'>): Caller {
  return { clientId: ANONYMOUS, traceparent }
}
