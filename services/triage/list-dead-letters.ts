import { z } from 'zod'
import { timeSchema } from '../../contract/time.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { requestObject } from '../../lib/errors/request-schema.ts'
import { encodePageToken, pageFields, parsePageToken } from '../../lib/server/paging.ts'
import type { DeadLetter } from './dead-letter.ts'
import { filterFields } from './dead-letter.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'

const requestSchema = requestObject({
  ...filterFields,
  ...pageFields,
})
const positionSchema = z.tuple([timeSchema, uuidSchema])

export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetter[]
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined
}

/**
 * Returns a page of dead letters, newest failure first. Each page continues after the last dead letter of the previous
 * one, regardless of additions and deletions.
 *
 * @param input reason, state, failed_after, failed_before, page_size and page_token, not validated yet
 * @throws AppError `invalid_request`, `unavailable`
 */
export async function listDeadLetters(store: DeadLetterStore, input: unknown): Promise<DeadLetterPage> {
  const request = parseRequest(requestSchema, input)
  const filter = {
    reason: request.reason,
    state: request.state,
    failedAfter: request.failed_after,
    failedBefore: request.failed_before,
  }
  const position = parsePageToken(request.page_token, filter, positionSchema)
  const after = position && { lastFailedAt: position[0], leadId: position[1] }
  // reads one more to see whether another page follows
  const found = await store.list(filter, after, request.page_size + 1)
  const deadLetters = found.slice(0, request.page_size)
  const last = found.length > deadLetters.length ? deadLetters.at(-1) : undefined
  return { deadLetters, nextPageToken: last && encodePageToken(filter, [last.lastFailedAt, last.leadId]) }
}
