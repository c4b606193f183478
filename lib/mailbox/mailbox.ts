import { setTimeout as sleep } from 'node:timers/promises'
import type { Nats } from '../jetstream/connect.ts'
import { type Pull, PullEnd } from '../jetstream/pull.ts'
import { createPullConsumer } from '../jetstream/pull-consumer.ts'
import type { StreamMessage } from '../jetstream/stream-message.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import { backoffMs } from './failure.ts'
import { createHandling, type HandlingOptions } from './handling.ts'
import { createSlots } from './slots.ts'

/*
 * Pulls messages from a consumer and runs their handlers (`handling.ts`). Every service with a mailbox uses it.
 * Invariants:
 *  1. At most `maxInFlight` messages are in flight and, above `minInFlight`, no more than can be finished within half
 *     of the ack wait at the recent throughput. A message in flight for a second or longer sends an in-progress
 *     acknowledgement every second. A process may stall for a few seconds without redeliveries; the messages of a
 *     killed one are redelivered within the ack wait.
 *  2. While there is room, one pull is outstanding. An idle mailbox sends only one long poll per 30 seconds.
 *  3. After a pull that ended irregularly, the consumer is declared and confirmed again before the next pull, until
 *     `drain`. A deletion without an advisory is detected within 9 seconds (`pull.ts`).
 *  4. The mailbox counts as pulling only once the server has responded to a pull.
 *  5. When `drain` resolves no handler runs, and messages of the last pull are handled or back in the queue.
 */

export interface MailboxOptions<Event> extends HandlingOptions<Event> {
  readonly nats: Nats
  readonly stream: string
  readonly consumer: string
  /** Declares the stream and the consumer. Called when either may have been deleted. */
  readonly ensureTopology: () => Promise<void>
  /** Called with the reason when a pull ends. */
  readonly onPullEnd?: (end: PullEnd) => void
  /** The consumer's ack wait. */
  readonly ackWaitMs: number
  readonly maxInFlight: number
  /** Allowed in flight at any throughput; more than the handlers process concurrently. Default: 16. */
  readonly minInFlight?: number
}

export interface Mailbox {
  start(): void
  /** Rejects while the mailbox does not pull. For readiness. */
  check(): Promise<void>
  /**
   * Declares and confirms the consumer and pulls again.
   *
   * @param created of the current consumer. A pull at that one continues, since messages in transit to it would
   *   otherwise be lost until the ack wait expires
   */
  pullAgain(created?: string): void
  /**
   * Cancels the last pull, finishes the messages in flight and stops. Held messages are returned to the queue, and the
   * handlers' signal aborts after `graceMs`. Safe to call twice.
   */
  drain(graceMs: number): Promise<void>
}

const MIN_IN_FLIGHT = 16
const PROGRESS_INTERVAL_MS = 1_000
/** The first pull is short, so that its end soon shows that the server responds. */
const FIRST_PULL_EXPIRES_MS = 100
const PULL_EXPIRES_MS = 30_000
/** A pull waits until it can request half of the limit, but at most this long. */
const MAX_BATCH_DELAY_MS = 100
/** A server that hangs does not confirm the cancellation of the last pull. */
const LAST_PULL_TIMEOUT_MS = 3_000

export function createMailbox<Event>(options: MailboxOptions<Event>): Mailbox {
  const { nats, log } = options
  const slots = createSlots(options.maxInFlight)
  const concurrency = createConcurrencyLimit({
    targetMs: options.ackWaitMs / 2,
    min: options.minInFlight ?? MIN_IN_FLIGHT,
    max: options.maxInFlight,
  })
  // indexed by slot, so that nothing is allocated per message
  const inFlight = new Array<StreamMessage | undefined>(options.maxInFlight).fill(undefined)
  const progressDueAt = new Float64Array(options.maxInFlight)
  const progressIntervalMs = Math.min(PROGRESS_INTERVAL_MS, options.ackWaitMs / 3)
  const draining = new AbortController()
  const abandoning = new AbortController()
  const handle = createHandling(options, { draining: draining.signal, abandoning: abandoning.signal })
  const drained = new Promise<void>((resolve) => draining.signal.addEventListener('abort', () => resolve()))
  const stale = options.metrics.counter({
    name: 'leadtriage_stale_answers_total',
    help: 'Acknowledgements dropped because the consumer had been recreated. Their messages are redelivered.',
  })
  const consumer = createPullConsumer({
    nats,
    stream: options.stream,
    name: options.consumer,
    onStaleAcks: (count) => stale.inc(count),
  })
  let pull: Pull | undefined
  let failures = 0
  let running: Promise<void> | undefined
  let problem: string | undefined = 'not started'
  let progressTimer: NodeJS.Timeout | undefined

  const onMessage = (message: StreamMessage) => {
    const slot = slots.acquire()
    inFlight[slot] = message
    const [arrivedAt, inFlightAtArrival] = [performance.now(), slots.used]
    progressDueAt[slot] = arrivedAt + progressIntervalMs
    void handle(message).then((ranWithoutWaiting) => {
      inFlight[slot] = undefined
      if (ranWithoutWaiting) concurrency.observe(performance.now() - arrivedAt, inFlightAtArrival)
      slots.release(slot)
    })
  }
  const onActivity = () => {
    problem = undefined // 4
    failures = 0
  }

  /** Resolves to the number of messages to request: at least half of the limit, or less after a short delay. */
  const whenRoom = async (stop: AbortSignal): Promise<number> => {
    for (;;) {
      const { limit } = concurrency
      const reserved = options.maxInFlight - limit // slots that stay free
      if (slots.used > limit / 2) {
        const soon = AbortSignal.any([stop, AbortSignal.timeout(MAX_BATCH_DELAY_MS)])
        await slots.whenFree(reserved + Math.ceil(limit / 2), soon)
        await slots.whenFree(reserved + 1, stop)
      }
      const room = concurrency.limit - slots.used
      if (room > 0 || stop.aborted) return room
    }
  }

  /** Pulls until `drain`. Rejects when the consumer, the stream or the connection is lost. */
  const consume = async () => {
    await Promise.race([consumer.whenConnected(), drained])
    if (draining.signal.aborted) return
    await options.ensureTopology()
    const confirmation = await consumer.confirm()
    const stop = AbortSignal.any([draining.signal, confirmation])
    for (let expiresMs = FIRST_PULL_EXPIRES_MS; ; expiresMs = PULL_EXPIRES_MS) {
      const batch = await whenRoom(stop)
      if (draining.signal.aborted) return
      if (confirmation.aborted) throw new Error('the consumer or its stream was deleted')
      pull = consumer.pull({ batch, expiresMs, onMessage, onActivity }) // 1, 2
      const { end, detail } = await pull.ended
      options.onPullEnd?.(end)
      if (draining.signal.aborted) return
      if (end !== PullEnd.Complete && end !== PullEnd.Expired) throw new Error(`a pull ended: ${detail}`)
      onActivity()
    }
  }

  const sendProgress = () => {
    const now = performance.now()
    for (const [slot, message] of inFlight.entries()) {
      if (message !== undefined && now >= (progressDueAt[slot] ?? 0)) message.working() // 1
    }
  }

  const run = async () => {
    while (!draining.signal.aborted) {
      try {
        await consume()
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
        log.warn({ problem }, 'the mailbox cannot pull; retrying') // 3
        failures += 1
        await pause(backoffMs(Math.min(failures, 4)))
      }
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: draining.signal }).catch(() => undefined)

  return {
    start: () => {
      progressTimer ??= setInterval(sendProgress, progressIntervalMs).unref()
      running ??= run()
    },
    check: async () => {
      if (problem !== undefined) throw new Error(problem)
    },
    pullAgain: (created) => {
      if (created === undefined || created !== consumer.created)
        pull?.abandon(PullEnd.ConsumerGone, 'the consumer was recreated')
    },
    drain: async (graceMs) => {
      draining.abort()
      const graceTimer = setTimeout(() => abandoning.abort(), graceMs)
      pull?.stop()
      const lastPullTimer = setTimeout(
        () => pull?.abandon(PullEnd.Stopped, 'the server does not respond'),
        Math.min(graceMs, LAST_PULL_TIMEOUT_MS),
      )
      await running // 5
      clearTimeout(lastPullTimer)
      await slots.whenFree(options.maxInFlight)
      clearTimeout(graceTimer)
      clearInterval(progressTimer)
      await consumer.close()
      problem = 'stopped'
    },
  }
}
