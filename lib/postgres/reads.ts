import { AppError, ErrorCode } from '../errors/app-error.ts'
import { connectPostgres, type PostgresOptions, type Sql } from './connect.ts'
import { withQueryTimeout } from './query-timeout.ts'
import { runTransaction } from './transaction.ts'

/**
 * Runs reads that take much longer than a look-up, a few at a time, on connections of their own. Invariants:
 *  1. A read is a transaction with one snapshot: all of its statements see the same rows.
 *  2. A read keeps its connection until PostgreSQL has ended its last statement, even if its caller got an error before.
 *     So a server that hangs is never sent more statements than there are connections.
 *  3. PostgreSQL cancels a statement before its caller stops waiting for it.
 *  4. The reads that wait for a connection are bounded, and do not begin once their caller has gone.
 */
export interface Reads {
  /**
   * @param work runs its statements one after the other, and checks the signal between them
   * @throws AppError `overloaded` if too many reads wait; `cancelled` or the signal's reason once it has aborted;
   *   `unavailable` if PostgreSQL is unreachable or the read takes too long
   */
  run<T>(work: (sql: Sql) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Closes the connections. */
  end(): Promise<void>
}

export interface ReadsOptions extends Omit<PostgresOptions, 'maxConnections'> {
  /** Reads at a time. */
  readonly connections: number
  /** Reads that may wait. Default: 200. */
  readonly maxWaiting?: number
  /** Longest statement (3). */
  readonly statementTimeoutMs?: number
}

const STATEMENT_TIMEOUT_MS = 1_500

export function createReads(options: ReadsOptions): Reads {
  const { connections, maxWaiting = 200, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options
  const session = { ...options.session, statement_timeout: statementTimeoutMs }
  // one pool for each connection, so that the statements between `begin` and `commit` use the same one
  const pools = Array.from({ length: connections }, () => connectPostgres({ ...options, session, maxConnections: 1 }))
  const free = [...pools]
  const waiting: ((sql: Sql) => void)[] = []

  const release = (sql: Sql) => {
    const next = waiting.shift()
    if (next === undefined) free.push(sql)
    else next(sql)
  }
  const acquire = (): Sql | Promise<Sql> => {
    const sql = free.pop() // the last one used is connected
    if (sql !== undefined) return sql
    if (waiting.length >= maxWaiting) throw overloaded() // 4
    return new Promise((resolve) => waiting.push(resolve))
  }
  return {
    run: async (work, signal) => {
      const sql = await acquire()
      if (signal?.aborted) {
        release(sql)
        throwIfAborted(signal)
      }
      const transaction = runTransaction(sql, 'read only', work) // 1
      void transaction.catch(() => undefined).finally(() => release(sql)) // 2
      return await withQueryTimeout(transaction)
    },
    end: async () => {
      await Promise.all(pools.map((sql) => sql.end({ timeout: 5 })))
    },
  }
}

/** @throws AppError `cancelled`, or the reason of the signal, if it has aborted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return
  const { reason } = signal
  throw reason instanceof AppError ? reason : new AppError(ErrorCode.Cancelled, 'The client cancelled the call.')
}

function overloaded(): AppError {
  return new AppError(ErrorCode.Overloaded, 'Too many lists and statistics are being read; retry later.', {
    retryAfterSeconds: 1,
  })
}
