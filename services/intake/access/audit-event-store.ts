import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'

/** An event of the audit log. */
export interface StoredAuditEvent {
  readonly id: number
  readonly occurredAt: Date
  readonly service: string
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly details: Readonly<Record<string, JsonValue>>
  readonly address: string | null
  readonly requestId: string | null
}

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

interface AuditEventFilter {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  /** The event occurred at or after this time. */
  readonly after?: Date | undefined
  /** The event occurred before this time. */
  readonly before?: Date | undefined
}

/** A position in the audit log. */
type AuditEventPosition = Pick<StoredAuditEvent, 'occurredAt' | 'id'>

/** The audit log for reading. Throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface AuditEventStore {
  /** Lists events after a position that match every given field, newest first. */
  list(filter: AuditEventFilter, position: AuditEventPosition | undefined, limit: number): Promise<StoredAuditEvent[]>
}

export function createAuditEventStore(sql: Sql): AuditEventStore {
  return {
    // A backward scan of the index (actor, occurred_at, id), (action, occurred_at, id) or (occurred_at, id). An absent
    // filter has no condition: with one that is always true, a prepared statement would scan all events.
    list: ({ actor, action, after, before }, position, limit) =>
      withQueryTimeout(sql<StoredAuditEvent[]>`
        select id, occurred_at as "occurredAt", service, actor, action, target, details, address,
               request_id as "requestId"
        from audit_events
        where true
          ${position ? sql`and (occurred_at, id) < (${position.occurredAt}::timestamptz, ${position.id}::bigint)` : sql``}
          ${actor === undefined ? sql`` : sql`and actor = ${actor}`}
          ${action === undefined ? sql`` : sql`and action = ${action}`}
          ${after ? sql`and occurred_at >= ${after}::timestamptz` : sql``}
          ${before ? sql`and occurred_at < ${before}::timestamptz` : sql``}
        order by occurred_at desc, id desc
        limit ${limit}`),
  }
}
