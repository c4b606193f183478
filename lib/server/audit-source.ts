import type { FastifyRequest } from 'fastify'
import type { AuditSource } from '../auth/audit-event.ts'
import type { CallContext } from './rpc.ts'

/** Who made an RPC call, for the audit log. */
export function auditSourceOf({
  principal,
  address,
  requestId,
}: Pick<CallContext, 'principal' | 'address' | 'requestId'>): AuditSource {
  return { actor: principal.actor, address, requestId }
}

/** Who made a REST call, for the audit log. */
export function auditSourceOfRequest({
  principal,
  ip,
  id,
}: Pick<FastifyRequest, 'principal' | 'ip' | 'id'>): AuditSource {
  return { actor: principal.actor, address: ip, requestId: id }
}
