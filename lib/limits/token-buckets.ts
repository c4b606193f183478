import type { Rate } from './rate.ts'
import { createRecentMap } from './recent-map.ts'

/*
 * Token buckets in memory, one per key, as the generic cell rate algorithm (ITU-T I.371): a bucket is one number, the
 * time at which it will be full. Invariants:
 *  1. In any period of t seconds, a key gets at most quota + t * quota / windowSeconds tokens.
 *  2. At most `maxKeys` buckets are kept. A bucket that is not used for a window is full and is dropped. A bucket that is
 *     dropped early, because more keys are in use, starts full: such a flood comes from more addresses than a limit by
 *     address can help against.
 */

/** The result of taking tokens. */
export interface Taken {
  readonly allowed: boolean
  /** Whole tokens left. */
  readonly remaining: number
  /** Time until more tokens are available: those that were refused, or one. 0 for a full bucket. */
  readonly waitMs: number
}

export interface TokenBuckets {
  /** Takes all the tokens or none. @param tokens at most the quota */
  take(key: string, tokens?: number): Taken
  /** The state without taking anything. `allowed` tells whether there is a token. */
  peek(key: string): Taken
  /** The number of buckets that are kept. */
  readonly size: number
}

export interface TokenBucketsOptions {
  readonly rate: Rate
  readonly maxKeys: number
  /** In milliseconds. Default: `performance.now`. */
  readonly now?: () => number
}

interface Bucket {
  fullAt: number
}

export function createTokenBuckets({ rate, maxKeys, now: clock }: TokenBucketsOptions): TokenBuckets {
  const readClock = clock ?? (() => performance.now())
  const windowMs = rate.windowSeconds * 1_000
  const msPerToken = windowMs / rate.quota
  const buckets = createRecentMap<Bucket>({ maxEntries: maxKeys, maxAgeMs: windowMs }) // 2

  const stateAt = (now: number, fullAt: number, tokens: number): Taken => {
    const left = (windowMs - Math.max(0, fullAt - now)) / msPerToken
    const allowed = left >= tokens - ROUNDING
    const remaining = Math.floor(left + ROUNDING)
    const awaited = allowed ? remaining + 1 : tokens
    return { allowed, remaining, waitMs: fullAt <= now ? 0 : Math.max(0, (awaited - left) * msPerToken) }
  }

  return {
    take: (key, tokens = 1) => {
      const now = readClock()
      const bucket = buckets.get(key, now)
      const fullAt = bucket === undefined || bucket.fullAt < now ? now : bucket.fullAt
      const next = fullAt + tokens * msPerToken
      if (next > now + windowMs + ROUNDING * msPerToken) return stateAt(now, fullAt, tokens) // 1
      if (bucket === undefined) buckets.set(key, { fullAt: next }, now)
      else bucket.fullAt = next
      return stateAt(now, next, 0)
    },
    peek: (key) => {
      const now = readClock()
      return stateAt(now, buckets.get(key, now)?.fullAt ?? now, 1)
    },
    get size() {
      return buckets.size
    },
  }
}

/** In tokens: the times are doubles, and a token must not be lost to their rounding. */
const ROUNDING = 1e-6
