import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import type { Nats } from '../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { Log } from '../../lib/log/log.ts'

/*
 * Lets calls wait for an insight without one query each. Invariants:
 *  1. One subscription per process receives every InsightReady event as it is published.
 *  2. The subscription misses events while NATS is unreachable, and no event reports dead letters. So while calls wait,
 *     the database is polled once a second for all of them, in sequential batches; polls do not overlap.
 *  3. At most `maxWaiting` calls wait; calls beyond the limit are rejected.
 *  4. A caller must query the database after it starts to wait, not only before.
 */

/** A wait for the insight of one lead. */
interface Arrival {
  /** Resolves to true when the lead has an insight or is a dead letter, to false when the signal aborted first. */
  readonly arrived: Promise<boolean>
  /** Ends the wait. */
  cancel(): void
}

export interface InsightArrivals {
  /** @throws AppError `overloaded` when `maxWaiting` calls are waiting */
  waitFor(leadId: string, signal: AbortSignal): Arrival
  stop(): void
}

const POLL_INTERVAL_MS = 1_000
/** Maximum number of leads per query. */
const BATCH_SIZE = 1_000

export function createInsightArrivals(options: {
  nats: Nats
  names: JetStreamNames
  /** Returns those of the leads that have an insight or are dead letters. */
  findSettled: (leadIds: readonly string[]) => Promise<Set<string>>
  /** Maximum number of waiting calls. */
  maxWaiting: number
  log: Log
}): InsightArrivals {
  const { nats, names, findSettled, maxWaiting, log } = options
  const waiting = new Map<string, Set<(arrived: boolean) => void>>()
  let waits = 0
  let polling = false

  const wake = (leadId: string) => {
    for (const settle of waiting.get(leadId) ?? []) settle(true)
  }
  const poll = async () => {
    if (polling) return
    polling = true
    const leadIds = [...waiting.keys()]
    try {
      for (let from = 0; from < leadIds.length; from += BATCH_SIZE) {
        for (const leadId of await findSettled(leadIds.slice(from, from + BATCH_SIZE))) wake(leadId) // 2
      }
    } catch (error) {
      log.warn({ err: error }, 'cannot poll for insights that calls wait for; retrying')
    }
    polling = false
  }
  const timer = setInterval(() => void poll(), POLL_INTERVAL_MS).unref()
  const subscribe = async () => {
    const connection = await nats.first()
    connection.subscribe(names.insightReadySubjects, {
      callback: (error, message) => (error ? undefined : wake(leadIdOf(message.subject))), // 1
    })
  }
  // rejects only when the service stops before NATS was ever connected
  subscribe().catch((error: unknown) => log.debug({ err: error }, 'cannot subscribe to insights'))

  return {
    waitFor: (leadId, signal) => {
      if (waits >= maxWaiting) throw tooManyWaiting() // 3
      waits += 1
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const waiters = waiting.get(leadId) ?? new Set()
      waiting.set(leadId, waiters)
      const onAbort = () => settle(false)
      const settle = (arrived: boolean) => {
        if (!waiters.delete(settle)) return
        waits -= 1
        // a new set may have replaced ours after ours became empty
        if (waiters.size === 0 && waiting.get(leadId) === waiters) waiting.delete(leadId)
        signal.removeEventListener('abort', onAbort)
        resolve(arrived)
      }
      waiters.add(settle)
      if (signal.aborted) settle(false)
      else signal.addEventListener('abort', onAbort)
      return { arrived: promise, cancel: () => settle(false) }
    },
    stop: () => {
      clearInterval(timer)
      for (const waiters of [...waiting.values()]) for (const settle of [...waiters]) settle(false)
    },
  }
}

function tooManyWaiting(): AppError {
  const message = 'Too many calls are waiting for an insight; retry shortly, or without waiting.'
  return new AppError(ErrorCode.Overloaded, message, { retryAfterSeconds: 1 })
}
