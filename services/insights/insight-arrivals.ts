import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import type { Nats } from '../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { Log } from '../../lib/log/log.ts'

/*
 * Lets calls wait for an insight without a query each. Invariants:
 *  1. One subscription per process hears every InsightReady event as it is published.
 *  2. A subscription may miss an event (NATS was away), and no event says that a lead became a dead letter: a look into
 *     the database each second, for all waiting calls together and only while there are any, finds both. It asks in parts, one after the other, and the next
 *     look begins after this one has ended.
 *  3. At most `maxWaiting` calls wait; one more is refused.
 *  4. Whoever waits must look into the database after having begun to wait, not before.
 */

/** A wait for the insight of one lead. */
interface Arrival {
  /** Resolves to true when the insight is there or the lead a dead letter, to false when the signal aborted first. */
  readonly arrived: Promise<boolean>
  /** Ends the wait. */
  cancel(): void
}

export interface InsightArrivals {
  /** @throws AppError `overloaded` when too many wait already */
  waitFor(leadId: string, signal: AbortSignal): Arrival
  stop(): void
}

const RECHECK_MS = 1_000
/** How many leads one query of a look asks for. */
const PART = 1_000

export function createInsightArrivals(options: {
  nats: Nats
  names: JetStreamNames
  /** Which of the leads need no more waiting: they have an insight, or are dead letters. */
  findSettled: (leadIds: readonly string[]) => Promise<Set<string>>
  /** How many calls may wait at once. */
  maxWaiting: number
  log: Log
}): InsightArrivals {
  const { nats, names, findSettled, maxWaiting, log } = options
  const waiting = new Map<string, Set<(arrived: boolean) => void>>()
  let waits = 0
  let looking = false

  const wake = (leadId: string) => {
    for (const settle of waiting.get(leadId) ?? []) settle(true)
  }
  const recheck = async () => {
    if (looking) return
    looking = true
    const leadIds = [...waiting.keys()]
    try {
      for (let from = 0; from < leadIds.length; from += PART) {
        for (const leadId of await findSettled(leadIds.slice(from, from + PART))) wake(leadId) // 2
      }
    } catch (error) {
      log.warn({ err: error }, 'cannot look for insights that are waited for; trying on')
    }
    looking = false
  }
  const timer = setInterval(() => void recheck(), RECHECK_MS).unref()
  const subscribe = async () => {
    const connection = await nats.first()
    connection.subscribe(names.insightsSubjects, {
      callback: (error, message) => (error ? undefined : wake(leadIdOf(message.subject))), // 1
    })
  }
  // it rejects only when the service is closed before NATS was ever there
  subscribe().catch((error: unknown) => log.debug({ err: error }, 'no subscription to insights'))

  return {
    waitFor: (leadId, signal) => {
      if (waits >= maxWaiting) throw tooManyWait() // 3
      waits += 1
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const waiters = waiting.get(leadId) ?? new Set()
      waiting.set(leadId, waiters)
      const onAbort = () => settle(false)
      const settle = (arrived: boolean) => {
        if (!waiters.delete(settle)) return
        waits -= 1
        // not the set of those who began to wait after ours had become empty
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

function tooManyWait(): AppError {
  return new AppError(
    ErrorCode.Overloaded,
    'Too many calls wait for an insight; ask again shortly, or without waiting.',
    {
      retryAfterSeconds: 1,
    },
  )
}
