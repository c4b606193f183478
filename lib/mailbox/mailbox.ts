import { setTimeout as sleep } from 'node:timers/promises'
import type { Nats } from '../jetstream/connect.ts'
import type { Pull, StreamMessage } from '../jetstream/pull.ts'
import { openConsumer, PULL_EXPIRES_MS } from '../jetstream/pull.ts'
import { backoffMs } from './failure.ts'
import { createHandling, type HandlingOptions } from './handling.ts'
import { createPace } from './pace.ts'
import { createSlots } from './slots.ts'

/*
 * The one runner behind every actor's mailbox; `handling.ts` has what becomes of a message. Invariants:
 *  1. At most `maxInFlight` messages are in hand, and no more than were finished within half the ack wait of late; each
 *     shows a sign of life before its ack wait is over.
 *  2. The consumer is set up again and pulled again whenever the pull ends, until `drain`.
 *  3. When `drain` resolves no handler runs; what the last pull brought was handled too, or went back to the queue.
 */

export interface MailboxOptions extends HandlingOptions {
  readonly nats: Nats
  readonly stream: string
  readonly consumer: string
  /** Declares the stream and the consumer; called before every pull, since either may have been deleted. */
  readonly ensureTopology: () => Promise<void>
  /** The consumer's ack wait. */
  readonly ackWaitMs: number
  readonly maxInFlight: number
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

export function createMailbox(options: MailboxOptions): Mailbox {
  const { nats, log } = options
  const slots = createSlots(options.maxInFlight)
  const pace = createPace(options.ackWaitMs / 2, options.maxInFlight)
  // by place, so that nothing is allocated for a message
  const inHand = new Array<StreamMessage | undefined>(options.maxInFlight).fill(undefined)
  const draining = new AbortController()
  const abandoning = new AbortController()
  const handle = createHandling(options, { draining: draining.signal, abandoning: abandoning.signal })
  const drained = new Promise<void>((resolve) => draining.signal.addEventListener('abort', () => resolve()))
  let pull: Pull | undefined
  let failures = 0
  let running: Promise<void> | undefined
  let problem: string | undefined = 'not started'
  let heartbeat: NodeJS.Timeout | undefined

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
      pull = await consumer.fetch(room) // 1
      problem = undefined
      for await (const message of pull) {
        received += 1
        const place = slots.take()
        inHand[place] = message
        const [since, among] = [performance.now(), slots.taken]
        void handle(message).finally(() => {
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
      if (received === 0) return // nobody may tell that the consumer was deleted: it is declared again in idle moments
    }
  }

  const run = async () => {
    while (!draining.signal.aborted) {
      try {
        await consume()
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
        log.warn({ problem }, 'the mailbox cannot pull; trying on') // 2
        failures += 1
        await pause(backoffMs(Math.min(failures, 4)))
      }
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: draining.signal }).catch(() => undefined)

  return {
    start: () => {
      heartbeat ??= setInterval(() => {
        for (const message of inHand) message?.working() // 1
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
      await running // 3
      clearTimeout(lastPull)
      await slots.whenFree(options.maxInFlight)
      clearTimeout(deadline)
      clearInterval(heartbeat)
      problem = 'stopped'
    },
  }
}
