import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import type { Sql } from './connect.ts'
import type { Deadline } from './query-timeout.ts'
import { backendOf, createDeadline, unavailable, withQueryTimeout } from './query-timeout.ts'

/*
 * Prevents a write that timed out from running concurrently with its retry. Invariants:
 *  1. A write is sent only after every earlier failed write of this fence has ended at the server.
 *  2. While one has not ended, a caller waits until its deadline and gets `unavailable`; nothing is sent.
 *
 * States of a failed write, and how it ends:
 *  - Queued in the driver: it is cancelled and never executed (query-timeout.ts).
 *  - Answered by the server, even with an error: it has ended.
 *  - Sent, but the server or network is frozen or the connection was lost: its backend may read it at any time. The
 *    next write first terminates the backend (`pg_terminate_backend`) and waits until it has exited. On a frozen server
 *    that statement waits as well, so the write has run or never will before its retry is sent.
 *  - Executing or waiting for a lock: it may continue for {@link OVERDUE_SECONDS}, otherwise a slow database would
 *    never finish anything. Then its backend is terminated.
 *  - Committing and waiting for a synchronous standby: never terminated. Termination would make its rows visible, and
 *    its retry succeed, before the standby has them.
 *
 * With PgBouncer the driver does not have the backend's process id, so the third case is not covered.
 */
export interface WriteFence {
  /**
   * Sends a write and waits for its result.
   *
   * @param statement a single statement of the driver that has not been sent
   * @throws as {@link withQueryTimeout}
   */
  write<T>(statement: Promise<T>, deadline?: Deadline): Promise<T>
}

/** How long a write may execute, even after its caller has timed out. */
const OVERDUE_SECONDS = 5
/** How long one statement waits for terminated backends to exit. */
const TERMINATION_WAIT_MS = 500
const POLL_INTERVAL_MS = 50

export function createWriteFence(sql: Sql): WriteFence {
  /** Failed writes that may still be executed, with the process ids of their backends. */
  const open = new Map<symbol, number>()

  const untilEnded = async (deadline: Deadline) => {
    while (open.size > 0) {
      if (deadline.leftMs() <= 0) throw unavailable(new Error('an earlier write has not ended'))
      const writes = [...open] // a copy: more writes may fail during the query
      const pids = new Set(writes.map(([, pid]) => pid))
      const alive = await withQueryTimeout(terminateBackends(sql, [...pids]), deadline.leftMs())
      for (const [write, pid] of writes) if (!alive.some((backend) => backend.pid === pid)) open.delete(write)
      if (open.size > 0) await sleep(POLL_INTERVAL_MS)
    }
  }

  return {
    write: async (statement, deadline = createDeadline()) => {
      if (open.size > 0) await untilEnded(deadline) // 1
      if (deadline.leftMs() <= 0) throw unavailable(new Error('the deadline passed before the write was sent')) // 2
      try {
        return await withQueryTimeout(statement, deadline.leftMs())
      } catch (error) {
        const backend = backendOf(statement)
        if (backend !== undefined && !isServerError(error)) {
          const write = Symbol('write')
          open.set(write, backend)
          const forget = () => open.delete(write)
          statement.then(forget, (late: unknown) => isServerError(late) && forget())
        }
        throw error
      }
    },
  }
}

/** Whether the error came from the server, not from the driver or the timeout. */
function isServerError(error: unknown): boolean {
  return error instanceof postgres.PostgresError || (error instanceof Error && isServerError(error.cause))
}

/**
 * Terminates those of the backends that must not continue, and returns the ones still alive. A role may terminate its
 * own backends. A backend idle for a second has not read its statement, or its reply was lost; if idle for less, the
 * reply may be in transit.
 */
function terminateBackends(sql: Sql, pids: readonly number[]) {
  return sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where pid = any(${[...pids]}::int[])
      and usename = current_user and application_name = current_setting('application_name')
      and not case
        when wait_event is not distinct from 'SyncRep' then false
        when state = 'active' and query_start > clock_timestamp() - make_interval(secs => ${OVERDUE_SECONDS}) then false
        when state <> 'active' and state_change > clock_timestamp() - interval '1 second' then false
        else pg_terminate_backend(pid, ${TERMINATION_WAIT_MS}::bigint)
      end`
}
