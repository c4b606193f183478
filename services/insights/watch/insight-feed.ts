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
import type { RecentBatch, RecentLimits } from './recent-batches.ts'
import { createRecentBatches } from './recent-batches.ts'
import { encodePosition } from './resume-token.ts'
import { oncePer } from './row-variants.ts'
import type { Position, Snapshot } from './snapshot.ts'
import { afterBatch } from './snapshot.ts'
import type { Audience, WatchItem } from './watch-item.ts'
import { toItem } from './watch-item.ts'

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
 *  6. Watchers of the same audience form a group. A batch is matched once for a group, and all of them get the same
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
   */
  take(): Taken
  /** Waits until `take` returns something, `performance.now()` has been `until` for up to a second, or the signal aborts. */
  wait(until: number): Promise<void>
  /** The position after the last change that was taken or did not match, encoded for tokens. */
  encodedPosition(): string
  leave(): void
}

interface SubscribeOptions {
  readonly audience: Audience
  /** Selects the changes of the watcher. The same for the same fingerprint of the audience. */
  readonly matches: Matches
  /** Whether `matches` needs folded text. */
  readonly folded: boolean
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

interface Group {
  readonly folded: boolean
  /** What its watchers get of a batch. */
  readonly select: (batch: RecentBatch) => readonly WatchItem[]
  watchers: number
}

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
}
export function createInsightFeed(options: FeedOptions): InsightFeed {
  const { nats, names, changes, maxWatchers, log } = options
  const { pollIntervalMs = POLL_INTERVAL_MS, minIntervalMs = MIN_INTERVAL_MS } = options
  const logFailure = createThrottledLog(log, 'warn', 'cannot read changes of insights for watchers; retrying')
  const recent = createRecentBatches(options.recent ?? RECENT)
  const watchers = new Set<Watcher>()
  const groups = new Map<string, Group>()
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

  const createGroup = ({ audience, matches, folded }: SubscribeOptions): Group => {
    const select = ({ changes: all }: RecentBatch) =>
      all.flatMap(({ change, position }) =>
        matches(change) ? [toItem({ type: 'insight', row: change.row }, audience, { database, position })] : [],
      )
    return { folded, select: oncePer(select), watchers: 0 }
  }

  /** Looks for the next batch of which a watcher gets something, and skips the others. */
  const advance = (watcher: Watcher): Taken => {
    if (watcher.next < recent.first) return 'lagging' // 4
    for (; watcher.next < recent.next; watcher.next += 1) {
      const batch = recent.get(watcher.next)
      if (batch === undefined) return 'lagging'
      const items = watcher.group.select(batch) // 6
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
      const folded = [...groups.values()].some((group) => group.folded)
      const page = await changes.read(position, batch?.until, folded)
      const until = batch?.until ?? page.snapshot
      if (page.snapshot.xmax < until.xmax || page.snapshot.xmax < seen.xmax) {
        log.error('the database has lost transactions; watchers may have missed changes')
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
      const { audience, signal } = options
      const key = `${audience.fingerprint} ${audience.mayReadPersonalData}`
      const group = groups.get(key) ?? createGroup(options)
      groups.set(key, group)
      group.watchers += 1
      const watcher: Watcher = { group, next: recent.next, position: encoded, wake: undefined, until: 0 }
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
            if (signal.aborted || advance(watcher) !== undefined) return resolve()
            watcher.until = until
            watcher.wake = () => {
              watcher.wake = undefined
              resolve()
            }
          }),
        encodedPosition: () => watcher.position,
        leave: () => {
          signal.removeEventListener('abort', onAbort)
          if (watchers.delete(watcher)) group.watchers -= 1
          if (group.watchers === 0 && groups.get(key) === group) groups.delete(key)
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
