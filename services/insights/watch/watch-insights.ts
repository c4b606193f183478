import { z } from 'zod'
import type { Principal } from '../../../lib/auth/principal.ts'
import { invalidRequest, parseRequest } from '../../../lib/errors/parse.ts'
import { requestObject } from '../../../lib/errors/request-schema.ts'
import type { InsightFilter } from '../leads/insight-filter.ts'
import { assertMayFilter, insightFilterSchema } from '../leads/insight-filter.ts'
import type { LeadInsight } from '../leads/lead-insight.ts'
import { LeadState, mayReadPersonalData } from '../leads/lead-insight.ts'
import { catchUp } from './catch-up.ts'
import type { InsightFeed, Subscription } from './insight-feed.ts'
import { compileFilter } from './match-filter.ts'
import type { Change, ChangeReader } from './read-changes.ts'
import type { OpenLeadParts } from './read-open-leads.ts'
import { readOpenLeads } from './read-open-leads.ts'
import { encodePosition, encodeToken, fingerprintOf, parseToken } from './resume-token.ts'
import { redacted } from './row-variants.ts'
import { isVisible } from './snapshot.ts'

/** What a watcher is sent. */
export type WatchEvent =
  | { readonly type: 'insight'; readonly row: LeadInsight }
  /** Everything committed before has been sent; what follows is live. */
  | { readonly type: 'synchronized'; readonly openLeadsTruncated: boolean }
  | { readonly type: 'heartbeat' }
  /** The watcher reads too slowly. The stream ends. */
  | { readonly type: 'lagging' }

export interface WatchItem {
  readonly event: WatchEvent
  /** Resumes after this event. Empty for leads of the list of open leads, which cannot be resumed within. */
  readonly resumeToken: string
}

export interface WatchDependencies extends OpenLeadParts {
  readonly feed: InsightFeed
  readonly changes: ChangeReader
  /** Default {@link HEARTBEAT_MS}. */
  readonly heartbeatMs?: number | undefined
}

/** {@link watchInsights} with its dependencies bound. */
export type WatchInsights = (
  input: unknown,
  caller: { readonly principal: Principal; readonly signal: AbortSignal },
) => AsyncIterable<WatchItem>

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
 * @throws AppError `invalid_request`, `permission_denied`; `overloaded` when there are too many watchers; `unavailable`
 */
export async function* watchInsights(
  parts: WatchDependencies,
  input: unknown,
  { principal, signal }: { readonly principal: Principal; readonly signal: AbortSignal },
): AsyncGenerator<WatchItem, void, undefined> {
  const { filter, include_open: includeOpen, resume_token: resumeToken } = parseRequest(requestSchema, input)
  assertWatchable(filter)
  assertMayFilter(filter, principal)
  const { sql, feed, heartbeatMs = HEARTBEAT_MS } = parts
  const fingerprint = fingerprintOf(filter)
  const visible = mayReadPersonalData(principal) ? (row: LeadInsight) => row : redacted
  const matches = await compileFilter(sql, filter)
  const folded = filter.text !== undefined || filter.email !== undefined

  signal.throwIfAborted()
  const subscription = feed.subscribe(matches, folded)
  try {
    const start = await subscription.sync(signal)
    const token = (position: string) => encodeToken(fingerprint, start.database, position)
    const insight = ({ row }: Pick<Change, 'row'>, position?: string): WatchItem => ({
      event: { type: 'insight', row: visible(row) },
      resumeToken: position === undefined ? '' : token(position),
    })
    const heartbeat = (position: string): WatchItem => ({
      event: { type: 'heartbeat' },
      resumeToken: token(position),
    })

    let openLeadsTruncated = false
    let position = { seen: start.seen }
    if (resumeToken !== '') {
      position = parseToken(resumeToken, fingerprint, start.database, start.latest)
    } else if (includeOpen) {
      let left = MAX_OPEN_LEADS
      const deadline = performance.now() + MAX_OPEN_MS
      for await (const page of readOpenLeads(parts, filter)) {
        signal.throwIfAborted()
        openLeadsTruncated = page.length > left || performance.now() > deadline
        for (const lead of page.slice(0, left)) {
          // a lead that changed since is sent as a change
          if (isVisible(lead.changedIn, start.seen)) yield insight(lead)
        }
        if (openLeadsTruncated) break
        left -= page.length
      }
    }
    const reading = { ...parts, matches, folded, heartbeatMs, subscription, signal }
    for await (const read of catchUp(reading, position, start)) {
      yield read.change === undefined
        ? heartbeat(encodePosition(read.position))
        : insight(read.change, encodePosition(read.position))
    }
    yield {
      event: { type: 'synchronized', openLeadsTruncated },
      resumeToken: token(subscription.encodedPosition()),
    }
    yield* live(subscription, { insight, heartbeat, heartbeatMs, signal })
    yield { event: { type: 'lagging' }, resumeToken: token(subscription.encodedPosition()) }
  } finally {
    subscription.leave()
  }
}

/** Sends changes as they arrive. Ends when the watcher has fallen behind. */
async function* live(
  subscription: Subscription,
  {
    insight,
    heartbeat,
    heartbeatMs,
    signal,
  }: {
    readonly insight: (change: Change, position: string) => WatchItem
    readonly heartbeat: (position: string) => WatchItem
    readonly heartbeatMs: number
    readonly signal: AbortSignal
  },
): AsyncGenerator<WatchItem, void, undefined> {
  let sentAt = performance.now()
  for (;;) {
    const taken = subscription.take()
    if (taken === 'lagging') return
    const isQuiet = performance.now() - sentAt >= heartbeatMs
    if (taken !== undefined) yield insight(taken.change, taken.encodedPosition)
    else if (isQuiet) yield heartbeat(subscription.encodedPosition())
    else {
      await subscription.wait(heartbeatMs - (performance.now() - sentAt), signal)
      signal.throwIfAborted()
      continue
    }
    sentAt = performance.now()
  }
}

/** A watch reports insights. A filter that excludes every lead with one would wait for ever. */
function assertWatchable({ states }: InsightFilter): void {
  if (states.length === 0 || states.includes(LeadState.Open)) return
  const message = 'must include open, or be empty: a watch reports leads with an insight only'
  throw invalidRequest([{ path: 'filter.states', message }])
}
