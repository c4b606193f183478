import { setTimeout as sleep } from 'node:timers/promises'
import { isOurTrouble } from '../errors/app-error.ts'
import { errorText } from '../errors/error-text.ts'
import type { Nats } from '../jetstream/connect.ts'
import type { Pull, StreamMessage } from '../jetstream/pull.ts'
import { openConsumer, PULL_EXPIRES_MS } from '../jetstream/pull.ts'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { backoffMs, fateOf } from './failure.ts'
import { createPace } from './pace.ts'
import { createSlots } from './slots.ts'

/*
 * The one runner behind every actor's mailbox. Invariants:
 *  1. A message is acknowledged only after its handler resolved, and never twice.
 *  2. A message past its last delivery is dead-lettered before it is handled: a note that kills the process
 *     cannot kill it for ever. The dead letter is written before the message is given up.
 *  3. At most `maxInFlight` messages are in hand, and no more than were finished within half the ack wait of late; each
 *     shows a sign of life before its ack wait is over.
 *  4. While a thing we stand on is away, messages are held, not counted as failed.
 *  5. The consumer is set up again and pulled again whenever the pull ends, until `drain`.
 *  6. When `drain` resolves no handler runs; what the last pull brought was handled too, or went back to the queue.
 *  7. A message that was delivered twice without an answer is a suspect. Suspects are handled one at a time, each after
 *     it was noted down, and only what was begun counts: a note that kills the process does not take along those that
 *     were delivered as often as itself.
 */

/** A message as a handler sees it. */
export interface Delivery {
  readonly subject: string
  readonly data: Uint8Array
  /** 1 the first time. */
  readonly deliveryCount: number
  header(name: string): string | undefined
}

/** Why a message was given up, for ever or until later. */
export interface GivenUp {
  readonly reason: 'delivery_limit' | 'failed' | 'parked'
  readonly error: string
  readonly attempts: number
  /** With reason `parked`: how long until the next try. */
  readonly retryAfterMs?: number
}

export interface MailboxOptions {
  readonly nats: Nats
  readonly stream: string
  readonly consumer: string
  /** Declares the stream and the consumer; called before every pull, since either may have been deleted. */
  readonly ensureTopology: () => Promise<void>
  /** The consumer's ack wait. */
  readonly ackWaitMs: number
  readonly maxInFlight: number
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

export interface Mailbox {
  start(): void
  /** Rejects while the mailbox does not pull; for readiness. */
  check(): Promise<void>
  /**
   * Lets the last pull end, which takes two seconds at the most, finishes what is in hand and stops; what is held goes
   * back, and after `graceMs` the handlers' signal aborts. Safe to call twice.
   */
  drain(graceMs: number): Promise<void>
}

const MIN_PULL_MS = 100
/** A message delivered more often is a suspect. */
const UNSUSPICIOUS_DELIVERIES = 2

export function createMailbox(options: MailboxOptions): Mailbox {
  const { nats, log } = options
  const handled = options.metrics.counter({
    name: 'leadtriage_messages_total',
    help: 'Messages taken from the mailbox, by outcome: acked, retried, parked, dead_lettered, returned.',
    labelNames: ['outcome'],
  })
  const slots = createSlots(options.maxInFlight)
  const pace = createPace(options.ackWaitMs / 2, options.maxInFlight)
  // by place: a Set that changes with every message leaves tables behind that keep its old members alive
  const inHand = new Array<StreamMessage | undefined>(options.maxInFlight).fill(undefined)
  const draining = new AbortController()
  const abandoning = new AbortController()
  const drained = new Promise<void>((resolve) => draining.signal.addEventListener('abort', () => resolve()))
  let pull: Pull | undefined
  let failures = 0
  let running: Promise<void> | undefined
  let problem: string | undefined = 'not started'
  let heartbeat: NodeJS.Timeout | undefined
  let turn = Promise.resolve()

  /** Pulls until `drain`; fails when the consumer, the stream or the server goes away. */
  const consume = async () => {
    await Promise.race([nats.first(), drained])
    if (draining.signal.aborted) return
    await options.ensureTopology()
    const consumer = await openConsumer(nats, options.stream, options.consumer)
    while (!draining.signal.aborted) {
      await slots.whenFree(options.maxInFlight - Math.floor(pace.limit / 2))
      if (draining.signal.aborted) return
      const room = pace.limit - slots.taken
      if (room < 1) continue // it has become slower since
      const startedAt = performance.now()
      let received = 0
      pull = await consumer.fetch(room) // 3
      problem = undefined
      for await (const message of pull) {
        received += 1
        const place = slots.take()
        inHand[place] = message
        const [since, among] = [performance.now(), slots.taken]
        void process(message).finally(() => {
          inHand[place] = undefined
          slots.giveBack(place)
          pace.finished(performance.now() - since, among)
        })
      }
      // nothing, and long before its time: the connection is closed, and asking again at once would never end
      if (received === 0 && performance.now() - startedAt < MIN_PULL_MS && !draining.signal.aborted) {
        throw new Error('the pull ended at once')
      }
      failures = 0
    }
  }

  const run = async () => {
    while (!draining.signal.aborted) {
      try {
        await consume()
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
        log.warn({ problem }, 'the mailbox cannot pull; trying on') // 5
        failures += 1
        await pause(backoffMs(Math.min(failures, 4)))
      }
    }
  }

  const process = async (message: StreamMessage) => {
    const delivery = toDelivery(message)
    const isSuspect = delivery.deliveryCount > UNSUSPICIOUS_DELIVERIES
    await (isSuspect ? inTurn(() => attempt(message, delivery)) : attempt(message, delivery))
  }

  const attempt = async (message: StreamMessage, delivery: Delivery) => {
    let attempts = delivery.deliveryCount + (options.priorAttempts?.(delivery) ?? 0)
    try {
      if (delivery.deliveryCount > UNSUSPICIOUS_DELIVERIES) {
        if (draining.signal.aborted) return giveBack(message)
        const begun = await holding(() => options.beginSuspect(delivery)) // 7
        attempts += UNSUSPICIOUS_DELIVERIES + begun - delivery.deliveryCount
      }
      if (attempts > options.maxDeliveries) {
        const error = 'every delivery ended without an answer'
        await giveUp(message, delivery, { reason: 'delivery_limit', error, attempts })
      } else {
        await holding(() => options.handle(delivery, abandoning.signal))
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
    if (draining.signal.aborted) return giveBack(message)
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

  /** Runs `work` again for as long as it fails because something we stand on is away (4). */
  const holding = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (draining.signal.aborted || !isOurTrouble(error)) throw error
        await pause(backoffMs(Math.min(attempt, 4)))
      }
    }
  }

  const giveBack = (message: StreamMessage) => {
    message.nak(PULL_EXPIRES_MS) // not at once: it would come to our own last pull again
    handled.inc({ outcome: 'returned' })
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: draining.signal }).catch(() => undefined)

  return {
    start: () => {
      heartbeat ??= setInterval(() => {
        for (const message of inHand) message?.working() // 3
      }, options.ackWaitMs / 3).unref()
      running ??= run()
    },
    check: async () => {
      if (problem !== undefined) throw new Error(problem)
    },
    drain: async (graceMs) => {
      draining.abort()
      const deadline = setTimeout(() => abandoning.abort(), graceMs)
      // the last pull ends by itself, unless the server is away
      const lastPull = setTimeout(() => pull?.stop(), Math.min(graceMs, 1.5 * PULL_EXPIRES_MS))
      await running // 6
      clearTimeout(lastPull)
      await slots.whenFree(options.maxInFlight)
      clearTimeout(deadline)
      clearInterval(heartbeat)
      problem = 'stopped'
    },
  }
}

function toDelivery(message: StreamMessage): Delivery {
  return {
    subject: message.subject,
    data: message.data,
    deliveryCount: message.info.deliveryCount,
    header: (name) => message.headers?.get(name) || undefined,
  }
}
