import { z } from 'zod'
import type { Principal } from '../../../lib/auth/principal.ts'
import { invalidRequest, parseRequest } from '../../../lib/errors/parse.ts'
import { requestObject } from '../../../lib/errors/request-schema.ts'
import type { StartCall } from '../../../lib/limits/concurrent-calls.ts'
import type { InsightFilter } from '../leads/insight-filter.ts'
import { assertMayFilter, insightFilterSchema } from '../leads/insight-filter.ts'
import { LeadState, mayReadPersonalData } from '../leads/lead-insight.ts'
import { catchUp } from './catch-up.ts'
import type { InsightFeed, Subscription } from './insight-feed.ts'
import { compileFilter } from './match-filter.ts'
import type { ChangeReader } from './read-changes.ts'
import type { OpenLeadParts } from './read-open-leads.ts'
import { readOpenLeads } from './read-open-leads.ts'
import { encodePosition, fingerprintOf, parseToken, resumeFrom } from './resume-token.ts'
import { isVisible } from './snapshot.ts'
import type { WatchEvent, WatchItem } from './watch-item.ts'
import { toItem } from './watch-item.ts'

export interface WatchDependencies extends OpenLeadParts {
  readonly feed: InsightFeed
  readonly changes: ChangeReader
  /** Limits the watchers of a client. */
  readonly startCall: StartCall
  /** Default {@link HEARTBEAT_MS}. */
  readonly heartbeatMs?: number | undefined
}

/** {@link watchInsights} with its dependencies bound. */
export type WatchInsights = (
  input: unknown,
  caller: { readonly principal: Principal; readonly signal: AbortSignal },
) => AsyncIterable<readonly WatchItem[]>

const HEARTBEAT_MS = 15_000
/** Maximum number of leads in the list at the start. */
const MAX_OPEN_LEADS = 1_000
/** After this time, no further page of the list is read. A filter that matches hardly anything takes long to read. */
const MAX_OPEN_MS = 10_000

const requestSchema = requestObject({
  filter: insightFilterSchema.prefault({}),
  include_open: z.boolean({ error: 'must be true or false' }).default(false),
  resume_token: z.string({ error: 'must be a resume token of this method' }).default(''),
})

/**
 * Sends each committed change of an insight after which the lead matches the filter, exactly once and as of its last
 * change: changes that follow each other before they are sent are sent once. The order is that of the transactions,
 * which is nearly that of their commits.
 *
 * With a resume token, continues after the event of the token, however long ago that was. Without one, starts with what
 * is committed from now on, with `include_open` after the current list of open leads.
 *
 * @param input filter, include_open and resume_token, not validated yet
 * @returns what is sent at once, as the same array for every watcher of the same audience
 * @throws AppError `invalid_request`, `permission_denied`; `overloaded` when there are too many watchers, `rate_limited`
 *   when there are too many of the client; `unavailable`
 */
export async function* watchInsights(
  parts: WatchDependencies,
  input: unknown,
  { principal, signal }: { readonly principal: Principal; readonly signal: AbortSignal },
): AsyncGenerator<readonly WatchItem[], void, undefined> {
  const { filter, include_open: includeOpen, resume_token: resumeToken } = parseRequest(requestSchema, input)
  assertWatchable(filter)
  assertMayFilter(filter, principal)
  const { sql, feed, heartbeatMs = HEARTBEAT_MS } = parts
  const fingerprint = fingerprintOf(filter)
  const token = resumeToken === '' ? undefined : parseToken(resumeToken, fingerprint)
  const audience = { fingerprint, mayReadPersonalData: mayReadPersonalData(principal) }
  const matches = await compileFilter(sql, filter)
  const folded = filter.text !== undefined || filter.email !== undefined

  signal.throwIfAborted()
  const endCall = parts.startCall(principal.clientId)
  let subscription: Subscription | undefined
  try {
    subscription = feed.subscribe({ audience, matches, folded, signal })
    const start = await subscription.sync()
    const { database } = start
    const item = (event: WatchEvent, position: string) => toItem(event, audience, { database, position })
    let openLeadsTruncated = false
    let position = { seen: start.seen }
    if (token !== undefined) {
      position = resumeFrom(token, start.database, start.latest)
    } else if (includeOpen) {
      let left = MAX_OPEN_LEADS
      const deadline = performance.now() + MAX_OPEN_MS
      for await (const page of readOpenLeads(parts, filter)) {
        signal.throwIfAborted()
        openLeadsTruncated = page.length > left || performance.now() > deadline
        for (const lead of page.slice(0, left)) {
          // a lead that changed since is sent as a change
          if (isVisible(lead.changedIn, start.seen)) yield [toItem({ type: 'insight', row: lead.row }, audience)]
        }
        if (openLeadsTruncated) break
        left -= page.length
      }
    }
    const reading = { ...parts, matches, folded, heartbeatMs, subscription, signal }
    for await (const { change, position: after } of catchUp(reading, position, start)) {
      const event: WatchEvent = change === undefined ? { type: 'heartbeat' } : { type: 'insight', row: change.row }
      yield [item(event, encodePosition(after))]
    }
    yield [item({ type: 'synchronized', openLeadsTruncated }, subscription.encodedPosition())]
    let sentAt = performance.now()
    for (;;) {
      const taken = subscription.take()
      if (taken === 'lagging') break
      if (taken !== undefined) yield taken
      else if (performance.now() - sentAt >= heartbeatMs) {
        yield [item({ type: 'heartbeat' }, subscription.encodedPosition())]
      } else {
        await subscription.wait(sentAt + heartbeatMs)
        signal.throwIfAborted()
        continue
      }
      sentAt = performance.now()
    }
    yield [item({ type: 'lagging' }, subscription.encodedPosition())]
  } finally {
    subscription?.leave()
    endCall()
  }
}

/** A watch reports insights. A filter that excludes every lead with one would wait for ever. */
function assertWatchable({ states }: InsightFilter): void {
  if (states.length === 0 || states.includes(LeadState.Open)) return
  const message = 'must include open, or be empty: a watch reports leads with an insight only'
  throw invalidRequest([{ path: 'filter.states', message }])
}
