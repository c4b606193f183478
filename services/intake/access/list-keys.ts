import { z } from 'zod'
import { timeSchema } from '../../../contract/time.ts'
import { uuidSchema } from '../../../domain/uuid.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import { requestObject } from '../../../lib/errors/request-schema.ts'
import { encodePageToken, pageFields, parsePageToken } from '../../../lib/server/paging.ts'
import type { ApiKey } from './api-key.ts'
import type { KeyStore } from './key-store.ts'

const requestSchema = requestObject({
  ...pageFields,
})
const positionSchema = z.tuple([timeSchema, uuidSchema])
/** Distinguishes the page tokens of this list from those of others. */
const QUERY = 'keys'

export interface KeyPage {
  readonly keys: readonly ApiKey[]
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined
}

/**
 * Returns a page of keys, newest first, also revoked and expired ones.
 *
 * @param input page_size and page_token, not validated yet
 * @throws AppError `invalid_request`, `unavailable`
 */
export async function listKeys(store: KeyStore, input: unknown): Promise<KeyPage> {
  const request = parseRequest(requestSchema, input)
  const position = parsePageToken(request.page_token, QUERY, positionSchema)
  // reads one more to see whether another page follows
  const found = await store.list(position && { createdAt: position[0], id: position[1] }, request.page_size + 1)
  const keys = found.slice(0, request.page_size)
  const last = found.length > keys.length ? keys.at(-1) : undefined
  return { keys, nextPageToken: last && encodePageToken(QUERY, [last.createdAt, last.id]) }
}
