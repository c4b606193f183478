import { z } from 'zod'
import { timeSchema } from '../../../contract/time.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import { requestObject } from '../../../lib/errors/request-schema.ts'
import { encodePageToken, pageFields, parsePageToken } from '../../../lib/server/paging.ts'
import type { AuditEventStore, StoredAuditEvent } from './audit-event-store.ts'

const textFilter = z
  .string({ error: 'must be a string' })
  .max(200, { error: 'must be at most 200 characters' })
  .refine((text) => text.isWellFormed() && !text.includes('\u0000'), { error: 'must not contain the character U+0000' })
  .optional()

const requestSchema = requestObject({
  actor: textFilter,
  action: textFilter,
  after: timeSchema.optional(),
  before: timeSchema.optional(),
  ...pageFields,
})
const positionSchema = z.tuple([timeSchema, z.int().min(1)])

export interface AuditEventPage {
  readonly auditEvents: readonly StoredAuditEvent[]
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined
}

/**
 * Returns a page of the audit log, newest first.
 *
 * @param input actor, action, after, before, page_size and page_token, not validated yet
 * @throws AppError `invalid_request`, `unavailable`
 */
export async function listAuditEvents(store: AuditEventStore, input: unknown): Promise<AuditEventPage> {
  const { page_size: pageSize, page_token: token, ...filter } = parseRequest(requestSchema, input)
  const position = parsePageToken(token, ['audit-events', filter], positionSchema)
  // reads one more to see whether another page follows
  const found = await store.list(filter, position && { occurredAt: position[0], id: position[1] }, pageSize + 1)
  const auditEvents = found.slice(0, pageSize)
  const last = found.length > auditEvents.length ? auditEvents.at(-1) : undefined
  return { auditEvents, nextPageToken: last && encodePageToken(['audit-events', filter], [last.occurredAt, last.id]) }
}
