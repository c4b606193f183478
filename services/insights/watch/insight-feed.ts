import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import { untilAborted } from '../../../lib/lifecycle/until-aborted.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import { createBell } from './bell.ts'
import type { Group, Selection } from './groups.ts'
import { createGroups } from './groups.ts'
import { listen } from './listen.ts'
import type { ChangeReader } from './read-changes.ts'
import type { RecentLimits } from './recent-batches.ts'
import { createRecentBatches } from './recent-batches.ts'
import { encodePosition } from './resume-token.ts'
import type { Position, Snapshot } from './snapshot.ts'
import { afterBatch } from './snapshot.ts'
import type { WatchItem } from './watch-item.ts'
/*
 * Reads every committed change of an insight once and passes it to all watchers of the process. Invariants:
 *  1. What is read follows from the snapshots of PostgreSQL alone: a batch has the changes that are visible in its
 *     snapshot and not in the one before. So no change is missed or read twice, also if transactions commit in another
 *     order than they began. Events of NATS only say when to look, and a poll once a second replaces lost ones.
 *  2. There is one loop while there are watchers, and none otherwise. Its reads do not overlap, and begin at least
 *     `minIntervalMs` after the one before, except within a batch.
 *  3. A watcher joins between two batches, at a snapshot and the number of the next batch. It reads what precedes the
 *     snapshot by itself, and gets what follows from here.
 *  4. A watcher costs its place in the recent batches and nothing for each change. One that is slower than these are
 *     kept is told so, and delays no other.
 *  5. Only a watcher that waits is looked at when changes arrive. It is woken for a change that matches its filter.
 *  6. When the database is not the one that was read before, or has lost transactions, every watcher ends: what it is
 *     sent next could not follow from what it has.
 *  7. Watchers of the same audience form a group. A batch is matched once for a group, and all of them get the same
 *     array of items, so that a protocol encodes it once.
 */

/** Where a watcher can join: everything visible in the snapshot precedes the batch with this number. */
export interface JoinPoint {
  /** Identifies the database. */
  readonly database: string
  readonly seen: Snapshot
  /** A snapshot as PostgreSQL returned it, not before the call. */
  readonly latest: Snapshot
  readonly next: number
}

/** What a watcher gets next. */
type Taken = readonly WatchItem[] | 'lagging' | undefined
export interface Subscription {
  /**
   * Waits until everything that was committed before the call has been read.
   * @throws AppError `unavailable` if PostgreSQL is unreachable; the reason of the signal
   */
  sync(): Promise<JoinPoint>
  /** Starts to receive at a point. Returns false if what follows is not kept any more. */
  join(point: JoinPoint): boolean
  /**
   * Returns the next changes that match, the same array for every watcher of the audience; undefined if there are none
   * yet, `lagging` if they are not kept any more.
   * @throws AppError `unavailable` after a failover or restore of the database, as do `sync` and `join`
   */
  take(): Taken
  /** Waits until `take` returns something, `performance.now()` has been `until` for up to a second, or the signal aborts. */
  wait(until: number): Promise<void>
  /** The position after the last change that was taken or did not match, encoded for tokens. */
  encodedPosition(): string
  leave(): void
}

interface SubscribeOptions extends Selection {
  /** Ends waiting. */
  readonly signal: AbortSignal
}

export interface InsightFeed {
  /** @throws AppError `overloaded` when there are too many watchers */
  subscribe(options: SubscribeOptions): Subscription
}
export interface FeedOptions {
  readonly nats: Nats
  readonly names: JetStreamNames
  readonly changes: ChangeReader
  readonly maxWatchers: number
  readonly log: Log
  /** Default {@link POLL_INTERVAL_MS}. */
  readonly pollIntervalMs?: number | undefined
  /** Default {@link MIN_INTERVAL_MS}. */
  readonly minIntervalMs?: number | undefined
  /** Default {@link RECENT}. */
  readonly recent?: RecentLimits
}

const POLL_INTERVAL_MS = 1_000
const MIN_INTERVAL_MS = 50
/** The age also limits how long after its erasure a lead can still be sent. */
const RECENT: RecentLimits = { changes: 10_000, bytes: 32 * 1024 * 1024, ageMs: 10_000 }

interface Watcher {
  readonly group: Group
  /** The number of the next batch to look at. */
  next: number
  /** After the batches before `next`. */
  position: string
  /** Set while the watcher waits. */
  wake: (() => void) | undefined
  /** The time until which it waits. */
  until: number
  /** Why it has ended, if it has. */
  failure: AppError | undefined
}
export function createInsightFeed(options: FeedOptions): InsightFeed {
  const { nats, names, changes, maxWatchers, log } = options
  const { pollIntervalMs = POLL_INTERVAL_MS, minIntervalMs = MIN_INTERVAL_MS } = options
  const logFailure = createThrottledLog(log, 'warn', 'cannot read changes of insights for watchers; retrying')
  const recent = createRecentBatches(options.recent ?? RECENT)
  const watchers = new Set<Watcher>()
  const groups = createGroups(() => database)
  let syncs: PromiseWithResolvers<JoinPoint>[] = []
  const bell = createBell()
  let isRunning = false
  let database = ''
  let timeline = ''
  /** Undefined before the first batch. */
  let position: Position | undefined
  let encoded = ''

  const moveTo = (to: Position) => {
    position = to
    encoded = encodePosition(to)
  }

  /** Looks for the next batch of which a watcher gets something, and skips the others. */
  const advance = (watcher: Watcher): Taken => {
    if (watcher.failure !== undefined) throw watcher.failure
    if (watcher.next < recent.first) return 'lagging' // 4
    for (; watcher.next < recent.next; watcher.next += 1) {
      const batch = recent.get(watcher.next)
      if (batch === undefined) return 'lagging'
      const items = watcher.group.select(batch) // 7
      if (items.length > 0) return items
      watcher.position = batch.position
    }
    watcher.position = encoded
    return undefined
  }

  const wakeReady = () => {
    const now = performance.now()
    for (const watcher of watchers) {
      if (watcher.wake !== undefined && (now >= watcher.until || advance(watcher) !== undefined)) watcher.wake() // 5
    }
  }
  const endWatchers = () => {
    for (const watcher of watchers) {
      watcher.failure = failedOver()
      watcher.wake?.()
    }
  }
  /** @returns a snapshot of now */
  const startReading = async (): Promise<Snapshot> => {
    const start = await changes.start()
    database = start.database
    timeline = start.timeline
    moveTo({ seen: start.seen })
    return start.snapshot
  }

  /**
   * Reads the changes since the last batch. A batch of which a page failed is completed first; it ends before this call,
   * so another one follows.
   *
   * @returns the snapshot of the last page
   */
  const readBatch = async (): Promise<Snapshot> => {
    if (position === undefined) return startReading()
    let isFromBefore = position.batch !== undefined
    for (;;) {
      const { seen, batch }: Position = position
      const page = await changes.read(position, batch?.until, groups.folded)
      const until = batch?.until ?? page.snapshot
      const hasLostTransactions = page.snapshot.xmax < until.xmax || page.snapshot.xmax < seen.xmax
      if (hasLostTransactions || page.database !== database || page.timeline !== timeline) {
        log.warn({ hasLostTransactions }, 'the database failed over or was restored; all watchers are ended')
        endWatchers() // 6
        return startReading()
      }
      recent.add(
        page.changes.map((change) => {
          const { changedIn, leadId } = change
          return { change, position: encodePosition({ seen, batch: { until, after: { changedIn, leadId } } }) }
        }),
      )
      const last = page.last ?? batch?.after
      if (page.isFull && page.last !== undefined) moveTo({ seen, batch: { until, after: page.last } })
      else moveTo({ seen: afterBatch(seen, until, last) })
      wakeReady()
      if (page.isFull) continue
      if (!isFromBefore) return page.snapshot
      isFromBefore = false
    }
  }

  const readOnce = async () => {
    const waiting = syncs
    syncs = []
    try {
      const latest = await readBatch()
      const point: JoinPoint = { database, seen: seenOf(position), latest, next: recent.next } // 3
      for (const { resolve } of waiting) resolve(point)
    } catch (error) {
      if (watchers.size > 0) logFailure({ err: error })
      for (const { reject } of waiting) reject(error)
    }
    recent.prune()
    wakeReady() // also those whose time is over, when nothing was read
  }

  const run = async () => {
    isRunning = true
    const unsubscribe = listen(nats, names.insightsSubjects, bell.ring, log)
    while (watchers.size > 0) {
      const startedAt = performance.now()
      await readOnce() // 2
      await bell.wait(pollIntervalMs)
      const earliest = startedAt + minIntervalMs
      if (watchers.size > 0 && performance.now() < earliest) await sleep(earliest - performance.now())
    }
    unsubscribe()
    recent.clear()
    position = undefined
    isRunning = false
  }

  return {
    subscribe: (options) => {
      if (watchers.size >= maxWatchers) throw tooManyWatchers(maxWatchers)
      const { signal } = options
      const group = groups.join(options)
      const watcher: Watcher = {
        group,
        next: recent.next,
        position: encoded,
        wake: undefined,
        until: 0,
        failure: undefined,
      }
      watchers.add(watcher)
      const onAbort = () => watcher.wake?.()
      signal.addEventListener('abort', onAbort)
      if (!isRunning) void run()
      return {
        sync: () =>
          untilAborted(signal, () => {
            const sync = Promise.withResolvers<JoinPoint>()
            syncs.push(sync)
            bell.ring()
            return sync.promise
          }),
        join: ({ next, seen }) => {
          if (watcher.failure !== undefined) throw watcher.failure
          if (next < recent.first) return false
          watcher.next = next
          watcher.position = encodePosition({ seen })
          return true
        },
        take: () => {
          const taken = advance(watcher)
          if (typeof taken !== 'object') return taken
          watcher.position = recent.get(watcher.next)?.position ?? watcher.position
          watcher.next += 1
          return taken
        },
        wait: (until) =>
          new Promise((resolve) => {
            if (signal.aborted || watcher.failure !== undefined || advance(watcher) !== undefined) return resolve()
            watcher.until = until
            watcher.wake = () => {
              watcher.wake = undefined
              resolve()
            }
          }),
        encodedPosition: () => watcher.position,
        leave: () => {
          signal.removeEventListener('abort', onAbort)
          if (watchers.delete(watcher)) group.leave()
          if (watchers.size === 0) bell.ring()
        },
      }
    },
  }
}

function seenOf(position: Position | undefined): Snapshot {
  if (position === undefined) throw new Error('nothing was read')
  return position.seen
}

function failedOver(): AppError {
  const message =
    'The database failed over or was restored. Continue with the resume token; if it is refused, start without it and ' +
    'load again what is shown.'
  return new AppError(ErrorCode.Unavailable, message, { retryAfterSeconds: 1 })
}

function tooManyWatchers(maxWatchers: number): AppError {
  const message = `This process already serves ${maxWatchers} watchers, as many as it may; retry later.`
  return new AppError(ErrorCode.Overloaded, message, { retryAfterSeconds: 10 })
}
