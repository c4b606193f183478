import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '../errors/app-error.ts'
import { reasonOf } from '../errors/error-text.ts'
import type { StreamMessage } from '../jetstream/stream-message.ts'
import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type AttemptTracker, earlierAttempts, NO_HISTORY } from './attempts.ts'
import { type DeadLetterCause, type Delivery, toDelivery } from './delivery.ts'
import { backoffMs, classifyFailure, MAX_DELAY_MS } from './failure.ts'

/*
 * What becomes of one message. Invariants:
 *  1. It is acknowledged only after its handler resolved, and never twice.
 *  2. Past its last attempt it is dead-lettered before it is handled: a note that kills the process cannot kill it for
 *     ever. The dead letter is written before the message leaves the queue.
 *  3. While a thing we stand on is away it is held, not counted as failed.
 *  4. Waiting for capacity is no attempt: neither in the queue nor parked (`attempts.ts`).
 *  5. Poison messages are handled one at a time, each after it was noted down, and only what was begun counts: a note
 *     that kills the process does not take along those that were delivered as often as itself.
 *  6. Its handling never rejects, and ends with an answer to the server.
 */

export interface HandlingOptions<Event> {
  /** Reads a message, once. One that it throws for is dead-lettered at once. */
  readonly decode: (message: Pick<StreamMessage, 'subject' | 'data'>) => Event
  /** How often a message is attempted. */
  readonly maxDeliveries: number
  /** How often it had been attempted before it was parked and published anew. Default: never. */
  readonly priorAttempts?: (event: Event) => number
  readonly attempts: AttemptTracker<Event>
  /** Does the work. May run twice for one message: it must be idempotent. The signal aborts when a drain takes too long. */
  readonly handle: (delivery: Delivery<Event>, signal: AbortSignal) => Promise<void>
  /** Keeps a message that is given up where people can find it, or where it is published from later. */
  readonly deadLetter: (delivery: Delivery<Event | undefined>, cause: DeadLetterCause) => Promise<void>
  readonly log: Log
  readonly metrics: Metrics
}

/** Not at once: it would come to our own last pull again, which is only just being taken back. */
const GIVE_BACK_DELAY_MS = 500

/** A message while it is in flight. */
interface Task<Event> {
  readonly message: StreamMessage
  readonly delivery: Delivery<Event>
  /** Whether it was worked on from its arrival to its end, without waiting for anything else. */
  isSteady: boolean
  /** Whether the tracker noted down that its handling begins. */
  isBegun: boolean
}

/**
 * @param draining from then on nothing is held or tried again: it goes back to the queue
 * @param abandoning handed to the handlers
 * @returns handles one message; resolves when it has its answer, to whether the time it took is the worker's own
 */
export function createHandling<Event>(
  options: HandlingOptions<Event>,
  { draining, abandoning }: { readonly draining: AbortSignal; readonly abandoning: AbortSignal },
): (message: StreamMessage) => Promise<boolean> {
  const { log } = options
  const handled = options.metrics.counter({
    name: 'leadtriage_messages_total',
    help: 'Messages taken from the mailbox, by outcome: acked, retried, snoozed, parked, dead_lettered, returned.',
    labelNames: ['outcome'],
  })
  const logSnooze = createThrottledLog(log, 'warn', 'a message waits for capacity; it is tried again later')
  const logUnnoted = createThrottledLog(log, 'error', 'cannot note down how a delivery ended; it counts as an attempt')
  let turn = Promise.resolve()

  const attempt = async (task: Task<Event>) => {
    const { delivery } = task
    let attempts = 1 + (options.priorAttempts?.(delivery.event) ?? 0)
    try {
      const history =
        delivery.deliveryCount === 1 ? NO_HISTORY : await holding(task, () => options.attempts.recall(delivery))
      const earlier = earlierAttempts(delivery.deliveryCount, history)
      attempts += earlier.attempts + history.begun
      if (!earlier.isPoison) return await handle(task, attempts, earlier.attempts > history.failures)
      task.isSteady = false
      await inTurn(async () => {
        if (draining.aborted) return giveBack(task)
        const begun = await holding(task, () => options.attempts.begin(delivery)) // 5
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
        ? { reason: 'delivery_limit' as const, error: 'every delivery ended without an answer' }
        : { reason: 'failed' as const, error: 'every attempt failed, and the reason of the last could not be stored' }
      return deadLetter(task, { ...cause, attempts }) // 2
    }
    await holding(task, () => options.handle(delivery, abandoning))
    message.ack() // 1
    handled.inc({ outcome: 'acked' })
  }

  /** One after the other, whatever becomes of the one before. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work, work)
    return turn
  }

  const fail = async (task: Task<Event>, attempts: number, error: unknown) => {
    if (draining.aborted) return giveBack(task)
    const failure = classifyFailure(error)
    if (failure.kind === 'snooze') {
      task.isSteady = false
      logSnooze({ subject: task.delivery.subject, reason: reasonOf(error), delayMs: failure.delayMs })
      if (failure.delayMs <= MAX_DELAY_MS) return putBack(task, { failed: false }, failure.delayMs, 'snoozed')
      const parked = { reason: 'parked' as const, error: reasonOf(error), retryAfterMs: failure.delayMs }
      return deadLetter(task, { ...parked, attempts: attempts - 1 }) // 4
    }
    if (failure.kind === 'terminal' || attempts >= options.maxDeliveries) {
      return deadLetter(task, { reason: 'failed', error: reasonOf(error), attempts })
    }
    log.warn({ err: error, subject: task.delivery.subject, attempts }, 'an attempt failed; the message is tried again')
    await putBack(task, { failed: true }, backoffMs(attempts), 'retried')
  }

  /** Never rejects: a message whose dead letter cannot be written stays queued. */
  const deadLetter = async (task: Task<Event> | Task<undefined>, why: DeadLetterCause) => {
    const { message, delivery } = task
    const { reason, error, attempts } = why
    try {
      await holding(task, () => options.deadLetter(delivery, why)) // 2
    } catch (failure) {
      log.error({ err: failure, subject: delivery.subject }, 'cannot write a dead letter; the message stays queued')
      const failed = reason !== 'parked'
      return isDecoded(task)
        ? putBack(task, { failed }, backoffMs(attempts), 'retried')
        : message.nak(backoffMs(message.deliveryCount))
    }
    message.term()
    handled.inc({ outcome: reason === 'parked' ? 'parked' : 'dead_lettered' })
    if (reason !== 'parked')
      log.error({ subject: delivery.subject, reason, error, attempts }, 'dead-lettered a message')
  }

  /** Lets the message be delivered again, and notes down before what this delivery counts for. */
  const putBack = async (task: Task<Event>, { failed }: { failed: boolean }, delayMs: number, outcome: string) => {
    try {
      await holding(task, () => options.attempts.recordEnd(task.delivery, { failed, begun: task.isBegun }))
    } catch (err) {
      logUnnoted({ err, subject: task.delivery.subject })
    }
    task.message.nak(delayMs)
    handled.inc({ outcome })
  }

  const giveBack = (task: Task<Event>) => putBack(task, { failed: false }, GIVE_BACK_DELAY_MS, 'returned')

  /** Runs `work` again for as long as it fails because something we stand on is away (3). */
  const holding = async <T>(task: { isSteady: boolean }, work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (draining.aborted || !isTransient(error)) throw error
        task.isSteady = false
        await pause(backoffMs(Math.min(attempt, 4)))
      }
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: draining }).catch(() => undefined)

  const decode = (message: StreamMessage): Task<Event> | Error => {
    try {
      return { message, delivery: toDelivery(message, options.decode(message)), isSteady: true, isBegun: false }
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  return async (message) => {
    const task = decode(message)
    if (task instanceof Error) {
      const undecoded = { message, delivery: toDelivery(message, undefined), isSteady: false, isBegun: false }
      await deadLetter(undecoded, { reason: 'failed', error: reasonOf(task), attempts: message.deliveryCount })
      return false
    }
    await attempt(task)
    return task.isSteady
  }
}

function isDecoded<Event>(task: Task<Event> | Task<undefined>): task is Task<Event> {
  return task.delivery.event !== undefined
}
