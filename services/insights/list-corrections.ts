import { z } from 'zod'
import { timeSchema } from '../../contract/time.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import type { Principal } from '../../lib/auth/principal.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { requestObject } from '../../lib/errors/request-schema.ts'
import { encodePageToken, pageFields, parsePageToken } from '../../lib/server/paging.ts'
import type { CorrectedNote, CorrectionStore } from './corrections/correction-store.ts'
import { mayReadPersonalData } from './leads/lead-insight.ts'

const requestSchema = requestObject({
  created_after: timeSchema.optional(),
  created_before: timeSchema.optional(),
  ...pageFields,
})
const positionSchema = z.tuple([timeSchema, uuidSchema])

export interface CorrectionPage {
  readonly corrections: readonly CorrectedNote[]
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined
}

/**
 * Returns a page of the corrections that count, one of each lead, oldest first. A lead that is corrected again while
 * pages are read may be on a later page too. A caller that may not read personal data gets no notes and no comments.
 *
 * @param input created_after, created_before, page_size and page_token, not validated yet
 * @throws AppError `invalid_request`, `unavailable`
 */
export async function listCorrections(
  store: Pick<CorrectionStore, 'listLatest'>,
  principal: Principal,
  input: unknown,
): Promise<CorrectionPage> {
  const { page_size: pageSize, page_token: token, ...filter } = parseRequest(requestSchema, input)
  const query = ['corrections', filter]
  const after = parsePageToken(token, query, positionSchema)
  const { created_after: createdAfter, created_before: createdBefore } = filter
  // reads one more to see whether another page follows
  const found = await store.listLatest(
    { createdAfter, createdBefore },
    after && { createdAt: after[0], id: after[1] },
    pageSize + 1,
  )
  const shown = found.slice(0, pageSize)
  const last = found.length > shown.length ? shown.at(-1)?.correction : undefined
  return {
    corrections: mayReadPersonalData(principal) ? shown : shown.map(withoutPersonalData),
    nextPageToken: last && encodePageToken(query, [last.createdAt, last.id]),
  }
}

function withoutPersonalData(corrected: CorrectedNote): CorrectedNote {
  return { ...corrected, note: '', correction: { ...corrected.correction, comment: null } }
}
