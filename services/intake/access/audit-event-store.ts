import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'

/** An event of the audit log. */
export interface StoredAuditEvent {
  /** Increases with time. */
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

/** The audit log for reading. Throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface AuditEventStore {
  /** Lists events that match every given field, newest first. @param beforeId continues after this event */
  list(filter: AuditEventFilter, beforeId: number | undefined, limit: number): Promise<StoredAuditEvent[]>
}

export function createAuditEventStore(sql: Sql): AuditEventStore {
  return {
    // a backward scan of the primary key
    list: ({ actor, action, after, before }, beforeId, limit) =>
      withQueryTimeout(sql<StoredAuditEvent[]>`
        select id, occurred_at as "occurredAt", service, actor, action, target, details, address,
               request_id as "requestId"
        from audit_events
        where id < coalesce(${beforeId ?? null}::bigint, ${Number.MAX_SAFE_INTEGER}::bigint)
          and actor = coalesce(${actor ?? null}, actor)
          and action = coalesce(${action ?? null}, action)
          and occurred_at >= coalesce(${after ?? null}::timestamptz, '-infinity')
          and occurred_at < coalesce(${before ?? null}::timestamptz, 'infinity')
        order by id desc
        limit ${limit}`),
  }
}
