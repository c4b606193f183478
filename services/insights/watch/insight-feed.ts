import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import { untilAborted } from '../../../lib/lifecycle/until-aborted.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import { createBell } from './bell.ts'
import type { Matches } from './match-filter.ts'
import type { ChangeReader } from './read-changes.ts'
import type { RecentChange, RecentLimits } from './recent-changes.ts'
import { createRecentChanges } from './recent-changes.ts'
import { encodePosition } from './resume-token.ts'
import type { Position, Snapshot } from './snapshot.ts'
import { afterBatch } from './snapshot.ts'

/*
 * Reads every committed change of an insight once and passes it to all watchers of the process. Invariants:
 *  1. What is read follows from the snapshots of PostgreSQL alone: a batch has the changes that are visible in its
 *     snapshot and not in the one before. So no change is missed or read twice, also if transactions commit in another
 *     order than they began. Events of NATS only say when to look, and a poll once a second replaces lost ones.
 *  2. There is one loop while there are watchers, and none otherwise. Its reads do not overlap, and begin at least
 *     `minIntervalMs` after the one before, except within a batch.
 *  3. A watcher joins between two batches, at a snapshot and the number of the next change. It reads what precedes the
 *     snapshot by itself, and gets what follows from here.
 *  4. A watcher costs its place in the recent changes and nothing for each change. One that is slower than these are
 *     kept is told so, and delays no other.
 *  5. Only a watcher that waits is looked at when changes arrive. It is woken for a change that matches its filter.
 */

/** Where a watcher can join: everything visible in the snapshot precedes the change with this number. */
export interface JoinPoint {
  /** Identifies the database. */
  readonly database: string
  readonly seen: Snapshot
  /** A snapshot as PostgreSQL returned it, not before the call. */
  readonly latest: Snapshot
  readonly next: number
}

/** What a watcher gets next. */
type Taken = RecentChange | 'lagging' | undefined

export interface Subscription {
  /**
   * Waits until everything that was committed before the call has been read.
   * @throws AppError `unavailable` if PostgreSQL is unreachable; the reason of the signal
   */
  sync(signal: AbortSignal): Promise<JoinPoint>
  /** Starts to receive at a point. Returns false if what follows is not kept any more. */
  join(point: JoinPoint): boolean
  /** Returns the next change that matches; undefined if there is none yet, `lagging` if it is not kept any more. */
  take(): Taken
  /** Waits until `take` returns something, the time is over, or the signal aborts. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>
  /** The position after the last change that was taken or did not match, encoded for tokens. */
  encodedPosition(): string
  leave(): void
}

export interface InsightFeed {
  /**
   * @param matches selects the changes of the watcher
   * @param folded whether `matches` needs folded text
   * @throws AppError `overloaded` when there are too many watchers
   */
  subscribe(matches: Matches, folded: boolean): Subscription
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
  readonly matches: Matches
  readonly folded: boolean
  /** The number of the next change to look at. */
  next: number
  /** After the changes before `next`. */
  position: string
  /** Set while the watcher waits. */
  wake: (() => void) | undefined
}

export function createInsightFeed(options: FeedOptions): InsightFeed {
  const { nats, names, changes, maxWatchers, log } = options
  const { pollIntervalMs = POLL_INTERVAL_MS, minIntervalMs = MIN_INTERVAL_MS } = options
  const logFailure = createThrottledLog(log, 'warn', 'cannot read changes of insights for watchers; retrying')
  const recent = createRecentChanges(options.recent ?? RECENT)
  const watchers = new Set<Watcher>()
  let syncs: PromiseWithResolvers<JoinPoint>[] = []
  const bell = createBell()
  let isRunning = false
  let database = ''
  /** Undefined before the first batch. */
  let position: Position | undefined
  let encoded = ''

  const moveTo = (to: Position) => {
    position = to
    encoded = encodePosition(to)
  }

  /** Looks for the next change that a watcher gets, and skips those that do not match. */
  const advance = (watcher: Watcher): Taken => {
    if (watcher.next < recent.first) return 'lagging' // 4
    for (; watcher.next < recent.next; watcher.next += 1) {
      const change = recent.get(watcher.next)
      if (change === undefined) return 'lagging'
      if (watcher.matches(change.change)) return change
      watcher.position = change.encodedPosition
    }
    watcher.position = encoded
    return undefined
  }

  const wakeMatching = () => {
    for (const watcher of watchers) {
      if (watcher.wake !== undefined && advance(watcher) !== undefined) watcher.wake() // 5
    }
  }

  /** @returns a snapshot of now */
  const startReading = async (): Promise<Snapshot> => {
    const start = await changes.start()
    database = start.database
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
      const folded = [...watchers].some((watcher) => watcher.folded)
      const page = await changes.read(position, batch?.until, folded)
      const until = batch?.until ?? page.snapshot
      if (page.snapshot.xmax < until.xmax || page.snapshot.xmax < seen.xmax) {
        log.error('the database has lost transactions; watchers may have missed changes')
        return startReading()
      }
      for (const change of page.changes) {
        const { changedIn, leadId } = change
        recent.add(change, { seen, batch: { until, after: { changedIn, leadId } } })
      }
      const last = page.last ?? batch?.after
      if (page.isFull && page.last !== undefined) moveTo({ seen, batch: { until, after: page.last } })
      else moveTo({ seen: afterBatch(seen, until, last) })
      wakeMatching()
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
    subscribe: (matches, folded) => {
      if (watchers.size >= maxWatchers) throw tooManyWatchers(maxWatchers)
      const watcher: Watcher = { matches, folded, next: recent.next, position: encoded, wake: undefined }
      watchers.add(watcher)
      if (!isRunning) void run()
      return {
        sync: (signal) =>
          untilAborted(signal, () => {
            const sync = Promise.withResolvers<JoinPoint>()
            syncs.push(sync)
            bell.ring()
            return sync.promise
          }),
        join: ({ next, seen }) => {
          if (next < recent.first) return false
          watcher.next = next
          watcher.position = encodePosition({ seen })
          return true
        },
        take: () => {
          const taken = advance(watcher)
          if (typeof taken !== 'object') return taken
          watcher.next += 1
          watcher.position = taken.encodedPosition
          return taken
        },
        wait: (timeoutMs, signal) => {
          const { promise, resolve } = Promise.withResolvers<void>()
          const timer = setTimeout(resolve, timeoutMs)
          signal.addEventListener('abort', resolve as () => void)
          watcher.wake = resolve
          if (signal.aborted || advance(watcher) !== undefined) resolve()
          return promise.finally(() => {
            clearTimeout(timer)
            signal.removeEventListener('abort', resolve as () => void)
            watcher.wake = undefined
          })
        },
        encodedPosition: () => watcher.position,
        leave: () => {
          watchers.delete(watcher)
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

/** Calls `onEvent` for each event of an insight, until the returned function is called. */
function listen(nats: Nats, subjects: string, onEvent: () => void, log: Log): () => void {
  let isOver = false
  let unsubscribe: () => void = () => undefined
  const subscribe = async () => {
    const connection = await nats.first()
    if (isOver) return
    const subscription = connection.subscribe(subjects, { callback: (error) => (error ? undefined : onEvent()) })
    unsubscribe = () => subscription.unsubscribe()
  }
  // rejects only when the service stops before NATS was ever connected
  subscribe().catch((error: unknown) => log.debug({ err: error }, 'cannot subscribe to insights'))
  return () => {
    isOver = true
    unsubscribe()
  }
}

function tooManyWatchers(maxWatchers: number): AppError {
  const message = `This process already serves ${maxWatchers} watchers, as many as it may; retry later.`
  return new AppError(ErrorCode.Overloaded, message, { retryAfterSeconds: 10 })
}
