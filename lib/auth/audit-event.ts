import type { Sql, SqlFragment } from '../postgres/connect.ts'

/** What the audit log calls each administrative act. */
export const AuditAction = {
  KeysCreate: 'keys.create',
  KeysRevoke: 'keys.revoke',
  KeysRotate: 'keys.rotate',
  LeadsRetriage: 'leads.retriage',
  LeadsErase: 'leads.erase',
  SubjectsErase: 'subjects.erase',
  DeadLettersRedrive: 'dead_letters.redrive',
  SessionsStart: 'sessions.start',
  SessionsEnd: 'sessions.end',
  SessionsRefused: 'sessions.refused',
} as const
export type AuditAction = (typeof AuditAction)[keyof typeof AuditAction]

/** Who made a call, and from where. */
export interface AuditSource {
  /** `key:<id>`, `jwt:<subject>`, `user:<id>`, `cli`, `migrate`, `retention` or `anonymous`. */
  readonly actor: string
  /** The address of the client; null if the act was no call. */
  readonly address: string | null
  readonly requestId: string | null
}

/** An administrative act. No part of it may contain personal data or a secret. */
export interface AuditEvent {
  readonly source: AuditSource
  readonly action: AuditAction
  /** What was acted on, for example `key:<id>`. */
  readonly target: string
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * The call of `record_audit_event` that stores an event, to be selected by the statement that makes the change: both are
 * then committed, or neither.
 *
 * @param service the service that records the event; PostgreSQL decides, unless its user may act as several services
 * @param computed JSON that the statement computes, such as a count; added to the details
 */
export function recordAuditEvent(
  sql: Sql,
  service: string,
  event: AuditEvent,
  computed: SqlFragment = sql`'{}'::jsonb`,
): SqlFragment {
  const { source, action, target, details } = event
  return sql`record_audit_event(
    ${service}::text, ${source.actor}::text, ${action}::text, ${target}::text, ${JSON.stringify(details)}::text::jsonb || ${computed},
    ${source.address}::text, ${source.requestId}::text
  )::text`
}
