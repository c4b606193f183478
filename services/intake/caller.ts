import type { CallContext } from '../../lib/server/rpc.ts'
import type { Caller } from './create-lead.ts'

/** Every caller is the same client until callers prove who they are; idempotency keys are kept per client. */
const ANONYMOUS = 'anonymous'

export function callerOf(call: Pick<CallContext, 'header'>): Caller {
  return { clientId: ANONYMOUS, traceparent: call.header('traceparent') }
}
