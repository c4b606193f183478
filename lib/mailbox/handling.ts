import { setTimeout as sleep } from 'node:timers/promises'
import { isOurTrouble } from '../errors/app-error.ts'
import { errorText } from '../errors/error-text.ts'
import type { StreamMessage } from '../jetstream/stream-message.ts'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Delivery, GivenUp } from './delivery.ts'
import { backoffMs, fateOf } from './failure.ts'

/*
 * What becomes of one message. Invariants:
 *  1. It is acknowledged only after its handler resolved, and never twice.
 *  2. Past its last delivery it is dead-lettered before it is handled: a note that kills the process cannot kill it for
 *     ever. The dead letter is written before the message is given up.
 *  3. While a thing we stand on is away it is held, not counted as failed.
 *  4. One that was delivered twice without an answer is a suspect. Suspects are handled one at a time, each after it was
 *     noted down, and only what was begun counts: a note that kills the process does not take along those that were
 *     delivered as often as itself.
 *  5. Its handling never rejects, and ends with an answer to the server.
 */

export interface HandlingOptions {
  /** How often a message is tried. */
  readonly maxDeliveries: number
  /** How often it had been tried before it was parked and published anew. Default: never. */
  readonly priorAttempts?: (delivery: Delivery) => number
  /** Notes down that a suspect is about to be handled; resolves to how often it was, this time included. */
  readonly beginSuspect: (delivery: Delivery) => Promise<number>
  /** Does the work. May run twice for one message: it must be idempotent. The signal aborts when a drain takes too long. */
  readonly handle: (delivery: Delivery, signal: AbortSignal) => Promise<void>
  /** Keeps a message that is given up where people can find it, or whoever publishes it again later. */
  readonly deadLetter: (delivery: Delivery, givenUp: GivenUp) => Promise<void>
  readonly log: Log
  readonly metrics: Metrics
}

/** Not at once: it would come to our own last pull again, which is only just being taken back. */
const GIVE_BACK_DELAY_MS = 500
/** A message delivered more often is a suspect. */
const UNSUSPICIOUS_DELIVERIES = 2

/**
 * @param draining from then on nothing is held or tried again: it goes back to the queue
 * @param abandoning handed to the handlers
 * @returns handles one message, and resolves when it has its answer
 */
export function createHandling(
  options: HandlingOptions,
  { draining, abandoning }: { readonly draining: AbortSignal; readonly abandoning: AbortSignal },
): (message: StreamMessage) => Promise<void> {
  const { log } = options
  const handled = options.metrics.counter({
    name: 'leadtriage_messages_total',
    help: 'Messages taken from the mailbox, by outcome: acked, retried, parked, dead_lettered, returned.',
    labelNames: ['outcome'],
  })
  let turn = Promise.resolve()

  const attempt = async (message: StreamMessage, delivery: Delivery) => {
    let attempts = delivery.deliveryCount + (options.priorAttempts?.(delivery) ?? 0)
    try {
      if (delivery.deliveryCount > UNSUSPICIOUS_DELIVERIES) {
        if (draining.aborted) return giveBack(message)
        const begun = await holding(() => options.beginSuspect(delivery)) // 4
        attempts += UNSUSPICIOUS_DELIVERIES + begun - delivery.deliveryCount
      }
      if (attempts > options.maxDeliveries) {
        const error = 'every delivery ended without an answer'
        await giveUp(message, delivery, { reason: 'delivery_limit', error, attempts })
      } else {
        await holding(() => options.handle(delivery, abandoning))
        message.ack() // 1
        handled.inc({ outcome: 'acked' })
      }
    } catch (error) {
      await fail(message, delivery, attempts, error)
    }
  }

  /** One after the other, whatever becomes of the one before. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work, work)
    return turn
  }

  const fail = async (message: StreamMessage, delivery: Delivery, attempts: number, error: unknown) => {
    if (draining.aborted) return giveBack(message)
    const fate = fateOf(error, attempts, options.maxDeliveries)
    if (fate.kind === 'retry') {
      log.warn({ err: error, subject: delivery.subject, attempts }, 'will try a message again')
      message.nak(fate.delayMs)
      handled.inc({ outcome: 'retried' })
      return
    }
    const why = { error: errorText(error), attempts }
    try {
      if (fate.kind === 'park') {
        await giveUp(message, delivery, { ...why, reason: 'parked', retryAfterMs: fate.delayMs })
      } else await giveUp(message, delivery, { ...why, reason: 'failed' })
    } catch (failure) {
      log.error({ err: failure, subject: delivery.subject }, 'cannot write a dead letter; the message stays queued')
      message.nak(backoffMs(attempts))
    }
  }

  const giveUp = async (message: StreamMessage, delivery: Delivery, why: GivenUp) => {
    await holding(() => options.deadLetter(delivery, why)) // 2
    message.term()
    const { reason, error, attempts } = why
    handled.inc({ outcome: reason === 'parked' ? 'parked' : 'dead_lettered' })
    log.error({ subject: delivery.subject, reason, error, attempts }, 'gave up a message')
  }

  /** Runs `work` again for as long as it fails because something we stand on is away (3). */
  const holding = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (draining.aborted || !isOurTrouble(error)) throw error
        await pause(backoffMs(Math.min(attempt, 4)))
      }
    }
  }

  const giveBack = (message: StreamMessage) => {
    message.nak(GIVE_BACK_DELAY_MS)
    handled.inc({ outcome: 'returned' })
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: draining }).catch(() => undefined)

  return async (message) => {
    const delivery: Delivery = message
    const isSuspect = delivery.deliveryCount > UNSUSPICIOUS_DELIVERIES
    await (isSuspect ? inTurn(() => attempt(message, delivery)) : attempt(message, delivery))
  }
}
