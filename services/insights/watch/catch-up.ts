import type { InsightFeed, JoinPoint } from './insight-feed.ts'
import type { Matches } from './match-filter.ts'
import type { Change, ChangeReader } from './read-changes.ts'
import type { Position } from './snapshot.ts'
import { afterBatch } from './snapshot.ts'

export interface CaughtUp {
  /** Undefined if nothing matched for a while. */
  readonly change: Change | undefined
  /** The position after it. */
  readonly position: Position
}

export interface CatchUpOptions {
  readonly changes: ChangeReader
  readonly inTurn: <T>(read: () => Promise<T>) => Promise<T>
  readonly matches: Matches
  readonly folded: boolean
  readonly heartbeatMs: number
  readonly subscription: ReturnType<InsightFeed['subscribe']>
  readonly signal: AbortSignal
}

/**
 * Reads from PostgreSQL what a watcher has missed, in pages, until it has joined the feed.
 *
 * Each batch ends exactly where the watcher can join: it has the changes that are not visible in the position of the
 * watcher and visible in the snapshot of the feed. If the feed does not keep what follows any more when the watcher has
 * read that far, another batch follows, which is shorter. A slow watcher reads later.
 *
 * @param start a point at which the watcher can join
 */
export async function* catchUp(
  { changes, inTurn, matches, folded, heartbeatMs, subscription, signal }: CatchUpOptions,
  from: Position,
  start: JoinPoint,
): AsyncGenerator<CaughtUp, void, undefined> {
  let position = from
  let point = start
  let sentAt = performance.now()
  while (position.batch !== undefined || position.seen !== point.seen || !subscription.join(point)) {
    // the batch of a token ends where it ended when the token was made
    const until = position.batch?.until ?? point.seen
    const isLast = position.batch === undefined
    const { seen } = position
    for (let isComplete = false; !isComplete; ) {
      const page = await inTurn(() => changes.read(position, until, folded))
      signal.throwIfAborted()
      for (const change of page.changes) {
        if (!matches(change)) continue
        const { changedIn, leadId } = change
        yield { change, position: { seen, batch: { until, after: { changedIn, leadId } } } }
        sentAt = performance.now()
      }
      isComplete = !page.isFull
      if (page.last !== undefined) position = { seen, batch: { until, after: page.last } }
      if (!isComplete && performance.now() - sentAt >= heartbeatMs) {
        yield { change: undefined, position }
        sentAt = performance.now()
      }
    }
    position = { seen: isLast ? point.seen : afterBatch(seen, until, position.batch?.after) }
    if (isLast && subscription.join(point)) return
    point = await subscription.sync()
  }
}
