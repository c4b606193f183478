import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../log/log.ts'
import type { Sql } from '../postgres/connect.ts'
import { withQueryTimeout } from '../postgres/query-timeout.ts'
import type { Rate } from './rate.ts'

/** While PostgreSQL is unreachable, it is tried this often; otherwise the limit in memory is used at once. */
const RETRY_MS = 5_000
const CLEANUP_MS = 600_000

interface Options {
  readonly sql: Sql
  readonly name: string
  readonly rate: Rate
  readonly log: Log
}

/**
 * A limiter of rate-limiter-flexible whose store is the table `rate_limits`. `consume` resolves when the bucket had the
 * tokens, and rejects with a RateLimiterRes when it had not. The library remembers a refused key in memory until it may
 * succeed, and uses its own limiter in memory when the store throws.
 */
export function createPostgresLimiter(options: Options): RateLimiterPostgres {
  return new PostgresLimiter(options)
}

interface Row {
  /** Time until the bucket is full, after the tokens were taken; null if it had too few. */
  readonly taken_ms: number | null
  /** The same before the statement; null for a full bucket. */
  readonly before_ms: number | null
}

/**
 * The library counts calls in fixed windows, which permits twice the quota around the end of a window, and compares the
 * clocks of the processes. Its statement is replaced here by one for a token bucket, by the clock of the database.
 */
class PostgresLimiter extends RateLimiterPostgres {
  readonly #options: Options
  readonly #msPerToken: number
  #awayUntil = 0
  #cleanedAt = performance.now()

  constructor(options: Options) {
    const { name, rate } = options
    const limit = { points: rate.quota, duration: rate.windowSeconds, keyPrefix: name }
    super({
      ...limit,
      storeClient: options.sql,
      storeType: 'pool',
      tableCreated: true,
      clearExpiredByTimeout: false,
      inMemoryBlockOnConsumed: rate.quota + 1,
      insuranceLimiter: new RateLimiterMemory(limit),
    })
    this.#options = options
    this.#msPerToken = this.msDuration / rate.quota
  }

  /** Called by the library to take tokens. The name is its own. @throws Error when PostgreSQL is unreachable */
  async _upsert(key: string, tokens: number): Promise<Row> {
    const { sql, log, name } = this.#options
    const now = performance.now()
    if (now < this.#awayUntil) throw new Error('PostgreSQL was unreachable a moment ago')
    if (now - this.#cleanedAt > CLEANUP_MS) this.#deleteFullBuckets(now)
    try {
      // The condition of the update is evaluated on the locked row, so two processes cannot take the same tokens.
      const [row] = await withQueryTimeout(sql<Row[]>`
        with before as (select full_at from rate_limits where key = ${key}),
        taken as (
          insert into rate_limits as bucket (key, full_at)
          values (${key}, clock_timestamp() + ${tokens * this.#msPerToken}::float8 * interval '1 ms')
          on conflict (key) do update
          set full_at = greatest(bucket.full_at, clock_timestamp())
                      + ${tokens * this.#msPerToken}::float8 * interval '1 ms'
          where greatest(bucket.full_at, clock_timestamp()) + ${tokens * this.#msPerToken}::float8 * interval '1 ms'
             <= clock_timestamp() + ${this.msDuration + ROUNDING_MS}::float8 * interval '1 ms'
          returning full_at
        )
        select (select extract(epoch from full_at - clock_timestamp())::float8 * 1000 from taken) as taken_ms,
               (select extract(epoch from full_at - clock_timestamp())::float8 * 1000 from before) as before_ms`)
      return row as Row // a select without from has one row
    } catch (error) {
      this.#awayUntil = performance.now() + RETRY_MS
      log.warn({ err: error, limit: name }, 'shared limits are unavailable; this process limits by itself')
      throw error
    }
  }

  /** Called by the library to read the result of `_upsert`. More consumed than the quota means refused. */
  _getRateLimiterRes(_key: string, tokens: number, { taken_ms, before_ms }: Row): RateLimiterRes {
    const fullInMs = Math.max(0, taken_ms ?? before_ms ?? 0)
    const left = this.points - fullInMs / this.#msPerToken
    const remaining = Math.max(0, Math.floor(left))
    if (taken_ms !== null) return new RateLimiterRes(remaining, this.#msPerToken, this.points - remaining, false)
    const waitMs = Math.max(1, (tokens - left) * this.#msPerToken)
    return new RateLimiterRes(remaining, waitMs, this.points + 1, false)
  }

  #deleteFullBuckets(now: number): void {
    const { sql, log } = this.#options
    this.#cleanedAt = now
    // a full bucket is the same as none
    withQueryTimeout(sql`delete from rate_limits where full_at < now()`).catch((error: unknown) =>
      log.warn({ err: error }, 'old rate limits could not be deleted; this is tried again in ten minutes'),
    )
  }
}

/** Timestamps have microseconds, which rounds the cost of a token. */
const ROUNDING_MS = 0.01
