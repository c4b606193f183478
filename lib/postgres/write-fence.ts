import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import type { Sql } from './connect.ts'
import type { Deadline } from './query-timeout.ts'
import { backendOf, createDeadline, unavailable, withQueryTimeout } from './query-timeout.ts'

/*
 * Keeps a write that timed out from running beside its retry. Invariants:
 *  1. A write is sent only when every earlier write of this fence that failed has ended at the server.
 *  2. While one has not ended, a caller waits for its timeout and gets `unavailable`; nothing is sent.
 *
 * What has become of a write that failed, and what ends it:
 *  - Queued in the driver: it is taken back and never executed (query-timeout.ts).
 *  - Answered by the server, also with an error: it has ended.
 *  - Sent, and the server or the network is frozen, or the connection was lost: its backend may read it at any time.
 *    The next write first ends the backend (`pg_terminate_backend`) and waits until it is gone. On a frozen server that
 *    statement waits too, so after the thaw the write has run, or never will, before its retry is sent.
 *  - Executing, or waiting for a lock: it may go on for {@link OVERDUE_SECONDS}, since a slow database would else never
 *    finish anything; then its backend is ended.
 *  - Committing, and waiting for a synchronous standby: it is left alone, however long it takes. Ending it would show
 *    its rows, and so have its retry answered, before the standby has them.
 *
 * Behind PgBouncer the driver knows no backend, so that the third case is not covered.
 */
export interface WriteFence {
  /**
   * Sends a write and waits for its answer.
   * @param statement one statement of the driver, which has not been sent
   * @throws as {@link withQueryTimeout}
   */
  write<T>(statement: Promise<T>, deadline?: Deadline): Promise<T>
}

/** How long a write may execute, also when its caller has gone. */
const OVERDUE_SECONDS = 5
/** How long one look waits for the end of backends. */
const TERMINATED_WITHIN_MS = 500
const LOOK_AGAIN_MS = 50

export function createWriteFence(sql: Sql): WriteFence {
  /** The failed writes that may still be executed, each with the process id of its backend. */
  const open = new Map<symbol, number>()

  const untilEnded = async (deadline: Deadline) => {
    while (open.size > 0) {
      if (deadline.leftMs() <= 0) throw unavailable(new Error('an earlier write has not ended'))
      const asked = [...open] // others may fail meanwhile
      const pids = new Set(asked.map(([, pid]) => pid))
      const alive = await withQueryTimeout(endBackends(sql, [...pids]), deadline.leftMs())
      for (const [write, pid] of asked) if (!alive.some((backend) => backend.pid === pid)) open.delete(write)
      if (open.size > 0) await sleep(LOOK_AGAIN_MS)
    }
  }

  return {
    write: async (statement, deadline = createDeadline()) => {
      if (open.size > 0) await untilEnded(deadline) // 1
      if (deadline.leftMs() <= 0) throw unavailable(new Error('no time is left to send it')) // 2
      try {
        return await withQueryTimeout(statement, deadline.leftMs())
      } catch (error) {
        const backend = backendOf(statement)
        if (backend !== undefined && !isAnswer(error)) {
          const write = Symbol('write')
          open.set(write, backend)
          const forget = () => open.delete(write)
          statement.then(forget, (late: unknown) => isAnswer(late) && forget())
        }
        throw error
      }
    },
  }
}

/** Whether the server itself said so, and not the driver or the timeout. */
function isAnswer(error: unknown): boolean {
  return error instanceof postgres.PostgresError || (error instanceof Error && isAnswer(error.cause))
}

/**
 * Ends the backends among `pids` that must not go on; gives those that are still there. A user may end what the same user
 * has started. One that has been idle for a second has not read its statement, or its answer was lost; a shorter time may
 * be that of an answer on its way.
 */
function endBackends(sql: Sql, pids: readonly number[]) {
  return sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where pid = any(${[...pids]}::int[])
      and usename = current_user and application_name = current_setting('application_name')
      and not case
        when wait_event is not distinct from 'SyncRep' then false
        when state = 'active' and query_start > clock_timestamp() - make_interval(secs => ${OVERDUE_SECONDS}) then false
        when state <> 'active' and state_change > clock_timestamp() - interval '1 second' then false
        else pg_terminate_backend(pid, ${TERMINATED_WITHIN_MS}::bigint)
      end`
}
