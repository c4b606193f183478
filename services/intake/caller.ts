import type { CallContext } from '../../lib/server/rpc.ts'
import type { Caller } from './create-lead.ts'

/** Every caller is the same client until callers prove who they are; idempotency keys are kept per client. */
const ANONYMOUS = 'anonymous'

export function callerOf({ traceparent }: Pick<CallContext, 'traceparent'>): Caller {
  return { clientId: ANONYMOUS, traceparent }
}
