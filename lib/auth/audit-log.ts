import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '../errors/app-error.ts'
import type { Log } from '../log/log.ts'
import type { Sql } from '../postgres/connect.ts'
import { withQueryTimeout } from '../postgres/query-timeout.ts'
import type { AuditEvent } from './audit-event.ts'
import { recordAuditEvent } from './audit-event.ts'

/**
 * Records acts that consist of many statements, such as a retriage, when they have ended. An act of one statement records
 * its event in that statement ({@link recordAuditEvent}).
 */
export interface AuditLog {
  /**
   * Records an event. Never rejects, because the act has already happened. While PostgreSQL is unreachable the event is
   * retried after the call, and the log has it if it cannot be recorded before the process stops. An attempt that timed
   * out may have succeeded, so an event can be recorded twice, with the same request id.
   */
  record(event: AuditEvent): Promise<void>
  /** Ends the retries. Safe to call twice. */
  stop(): Promise<void>
}

const RETRY_INTERVAL_MS = 1_000
/** Bounds the events that are retried. */
const MAX_WAITING = 100

/** @param service the service that records the events */
export function createAuditLog({ sql, service, log }: { sql: Sql; service: string; log: Log }): AuditLog {
  const stopping = new AbortController()
  const waiting = new Set<Promise<void>>()

  const attempt = async (event: AuditEvent) => {
    await withQueryTimeout(sql`select ${recordAuditEvent(sql, service, event)}`)
  }
  const logLost = (event: AuditEvent, error: unknown) => {
    log.error({ err: error, audit_event: event }, 'could not record an audit event; this line is its only record')
  }
  const retry = async (event: AuditEvent, failure: unknown) => {
    let last = failure
    while (isTransient(last) && !stopping.signal.aborted) {
      try {
        await sleep(RETRY_INTERVAL_MS, undefined, { signal: stopping.signal })
        return await attempt(event)
      } catch (error) {
        if (!stopping.signal.aborted) last = error
      }
    }
    logLost(event, last)
  }

  return {
    record: async (event) => {
      try {
        await attempt(event)
      } catch (error) {
        if (waiting.size >= MAX_WAITING) return logLost(event, error)
        const retried = retry(event, error).finally(() => waiting.delete(retried))
        waiting.add(retried)
      }
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(waiting)
    },
  }
}
