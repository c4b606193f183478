import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '../errors/app-error.ts'
import { reasonOf } from '../errors/error-text.ts'
import type { StreamMessage } from '../jetstream/stream-message.ts'
import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type AttemptTracker, earlierAttempts, NO_HISTORY } from './attempt-tracker.ts'
import { type DeadLetterCause, type Delivery, toDelivery } from './delivery.ts'
import { backoffMs, classifyFailure, MAX_DELAY_MS } from './failure.ts'

/*
 * Handles one message. Invariants:
 *  1. A message is acknowledged only after its handler resolved, and only once.
 *  2. Past its last attempt it is dead-lettered before it is handled, so that a note that kills the process cannot do
 *     so forever. The dead letter is written before the message leaves the queue.
 *  3. On a transient error the message is held and retried, not counted as failed.
 *  4. Waiting for capacity is not an attempt, neither in the queue nor while parked (`attempt-tracker.ts`).
 *  5. Poison messages are handled one at a time, each after its start was recorded, and only recorded starts count. A
 *     note that kills the process does not dead-letter the messages that were delivered as often as itself.
 *  6. Handling never rejects, and ends with an acknowledgement, a nak or a term.
 */

export interface HandlingOptions<Event> {
  /** Decodes a message, once. If it throws, the message is dead-lettered at once. */
  readonly decode: (message: Pick<StreamMessage, 'subject' | 'data'>) => Event
  /** Maximum number of attempts. */
  readonly maxDeliveries: number
  /** Number of attempts before the message was parked and republished. Default: 0. */
  readonly priorAttempts?: (event: Event) => number
  readonly attemptTracker: AttemptTracker<Event>
  /** Must be idempotent: it may run twice for a message. The signal aborts when a drain exceeds its grace period. */
  readonly handle: (delivery: Delivery<Event>, signal: AbortSignal) => Promise<void>
  /** Stores a dead letter, or a parked message until it is republished. */
  readonly deadLetter: (delivery: Delivery<Event | undefined>, cause: DeadLetterCause) => Promise<void>
  readonly log: Log
  readonly metrics: Metrics
}

/** Without a delay a returned message would reach this worker's last pull, which is still being cancelled. */
const RETURN_DELAY_MS = 500

/** A message in flight. */
interface Task<Event> {
  readonly message: StreamMessage
  readonly delivery: Delivery<Event>
  /** Whether it waited for something other than this worker. Its duration then says nothing about throughput. */
  hasWaited: boolean
  /** Whether the tracker recorded the start of its handling. */
  isBegun: boolean
}

/**
 * @param draining once aborted, messages are returned to the queue instead of held or retried
 * @param abandoning passed to the handlers
 * @returns handles one message. Resolves when it is settled, to whether it was handled without waiting
 */
export function createHandling<Event>(
  options: HandlingOptions<Event>,
  { draining, abandoning }: { readonly draining: AbortSignal; readonly abandoning: AbortSignal },
): (message: StreamMessage) => Promise<boolean> {
  const { log, attemptTracker } = options
  const handled = options.metrics.counter({
    name: 'leadtriage_messages_total',
    help: 'Messages from the mailbox, by outcome: acked, retried, snoozed, parked, dead_lettered, returned.',
    labelNames: ['outcome'],
  })
  const logSnooze = createThrottledLog(log, 'warn', 'a message waits for capacity; it will be retried')
  const logUnrecorded = createThrottledLog(log, 'error', 'cannot record how a delivery ended; it counts as an attempt')
  let lastPoisonHandling = Promise.resolve()

  const attempt = async (task: Task<Event>) => {
    const { delivery } = task
    let attempts = 1 + (options.priorAttempts?.(delivery.event) ?? 0)
    try {
      const history =
        delivery.deliveryCount === 1 ? NO_HISTORY : await holding(task, () => attemptTracker.recall(delivery))
      const earlier = earlierAttempts(delivery.deliveryCount, history)
      attempts += earlier.attempts + history.begun
      if (!earlier.isPoison) return await handle(task, attempts, earlier.attempts > history.failures)
      task.hasWaited = true
      await oneAtATime(async () => {
        if (draining.aborted) return returnToQueue(task)
        const begun = await holding(task, () => attemptTracker.begin(delivery)) // 5
        task.isBegun = true
        attempts += begun - history.begun - 1
        await handle(task, attempts, true)
      })
    } catch (error) {
      await fail(task, attempts, error)
    }
  }

  const handle = async (task: Task<Event>, attempts: number, wasUnanswered: boolean) => {
    const { message, delivery } = task
    if (attempts > options.maxDeliveries) {
      const cause = wasUnanswered
        ? { reason: 'delivery_limit' as const, error: 'every delivery ended without an acknowledgement' }
        : { reason: 'failed' as const, error: 'every attempt failed; the error of the last one could not be stored' }
      return deadLetter(task, { ...cause, attempts }) // 2
    }
    await holding(task, () => options.handle(delivery, abandoning))
    message.ack() // 1
    handled.inc({ outcome: 'acked' })
  }

  const oneAtATime = (work: () => Promise<void>): Promise<void> => {
    lastPoisonHandling = lastPoisonHandling.then(work, work)
    return lastPoisonHandling
  }

  const fail = async (task: Task<Event>, attempts: number, error: unknown) => {
    if (draining.aborted) return returnToQueue(task)
    const failure = classifyFailure(error)
    if (failure.kind === 'snooze') {
      task.hasWaited = true
      logSnooze({ subject: task.delivery.subject, reason: reasonOf(error), delayMs: failure.delayMs })
      if (failure.delayMs <= MAX_DELAY_MS) return nak(task, { failed: false }, failure.delayMs, 'snoozed')
      const parked = { reason: 'parked' as const, error: reasonOf(error), retryAfterMs: failure.delayMs }
      return deadLetter(task, { ...parked, attempts: attempts - 1 }) // 4
    }
    if (failure.kind === 'terminal' || attempts >= options.maxDeliveries) {
      return deadLetter(task, { reason: 'failed', error: reasonOf(error), attempts })
    }
    log.warn({ err: error, subject: task.delivery.subject, attempts }, 'an attempt failed; the message will be retried')
    await nak(task, { failed: true }, backoffMs(attempts), 'retried')
  }

  /** Never rejects: a message whose dead letter cannot be written stays queued. */
  const deadLetter = async (task: Task<Event> | Task<undefined>, cause: DeadLetterCause) => {
    const { message, delivery } = task
    const { reason, error, attempts } = cause
    try {
      await holding(task, () => options.deadLetter(delivery, cause)) // 2
    } catch (failure) {
      log.error({ err: failure, subject: delivery.subject }, 'cannot write a dead letter; the message stays queued')
      const failed = reason !== 'parked'
      return isDecoded(task)
        ? nak(task, { failed }, backoffMs(attempts), 'retried')
        : message.nak(backoffMs(message.deliveryCount))
    }
    message.term()
    handled.inc({ outcome: reason === 'parked' ? 'parked' : 'dead_lettered' })
    if (reason !== 'parked')
      log.error({ subject: delivery.subject, reason, error, attempts }, 'dead-lettered a message')
  }

  /** Records how the delivery ended, then requests redelivery. */
  const nak = async (task: Task<Event>, { failed }: { failed: boolean }, delayMs: number, outcome: string) => {
    try {
      await holding(task, () => attemptTracker.recordEnd(task.delivery, { failed, begun: task.isBegun }))
    } catch (err) {
      logUnrecorded({ err, subject: task.delivery.subject })
    }
    task.message.nak(delayMs)
    handled.inc({ outcome })
  }

  const returnToQueue = (task: Task<Event>) => nak(task, { failed: false }, RETURN_DELAY_MS, 'returned')

  /** Retries `work` for as long as it fails with a transient error (3). */
  const holding = async <T>(task: { hasWaited: boolean }, work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (draining.aborted || !isTransient(error)) throw error
        task.hasWaited = true
        await pause(backoffMs(Math.min(attempt, 4)))
      }
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: draining }).catch(() => undefined)

  const decode = (message: StreamMessage): Task<Event> | Error => {
    try {
      return { message, delivery: toDelivery(message, options.decode(message)), hasWaited: false, isBegun: false }
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  return async (message) => {
    const task = decode(message)
    if (task instanceof Error) {
      const undecoded = { message, delivery: toDelivery(message, undefined), hasWaited: false, isBegun: false }
      await deadLetter(undecoded, { reason: 'failed', error: reasonOf(task), attempts: message.deliveryCount })
      return false
    }
    await attempt(task)
    return !task.hasWaited
  }
}

function isDecoded<Event>(task: Task<Event> | Task<undefined>): task is Task<Event> {
  return task.delivery.event !== undefined
}
