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
 * The one runner behind every actor's mailbox; `handling.ts` has what becomes of a message. Invariants:
 *  1. At most `maxInFlight` messages are in flight, and above `minInFlight` no more than were finished within half the ack
 *     wait of late. One that is in flight for a second or longer gives a sign of life each second: a process that stands
 *     still for a few seconds loses none, and one that is killed loses all of them within the ack wait.
 *  2. While there is room one pull is outstanding, and an idle mailbox makes no other call: one long poll in 30 seconds.
 *  3. Whenever a pull ends otherwise than by its number or its time, the consumer is declared and looked at again, and
 *     pulled again, until `drain`. A deletion that nothing announces takes 9 seconds to be noticed (`pull.ts`).
 *  4. It counts as pulling once the server has answered a pull, and not before.
 *  5. When `drain` resolves no handler runs; what the last pull brought was handled too, or went back to the queue.
 */

export interface MailboxOptions<Event> extends HandlingOptions<Event> {
  readonly nats: Nats
  readonly stream: string
  readonly consumer: string
  /** Declares the stream and the consumer; called when either may have been deleted. */
  readonly ensureTopology: () => Promise<void>
  /** Told of each pull that ended, and why. */
  readonly onPullEnd?: (end: PullEnd) => void
  /** The consumer's ack wait. */
  readonly ackWaitMs: number
  readonly maxInFlight: number
  /** How many it may have in flight however slow it is: more than its handlers can work on at a time. 16 by default. */
  readonly minInFlight?: number
}

export interface Mailbox {
  start(): void
  /** Rejects while the mailbox does not pull; for readiness. */
  check(): Promise<void>
  /**
   * Declares and looks at the consumer again, and pulls again.
   *
   * @param created of the consumer that is there now: a pull at that one goes on, or what is on its way to it would be lost
   *   until the ack wait is over
   */
  pullAgain(created?: string): void
  /**
   * Takes the last pull back, finishes what is in flight and stops; what is held goes back, and after `graceMs` the
   * handlers' signal aborts. Safe to call twice.
   */
  drain(graceMs: number): Promise<void>
}

const MIN_IN_FLIGHT = 16
const SIGN_OF_LIFE_MS = 1_000
/** The first pull is short, so that its end shows soon that the server answers. */
const FIRST_PULL_EXPIRES_MS = 100
const PULL_EXPIRES_MS = 30_000
/** Half the limit is asked for at once; after this long whatever there is room for. */
const ASK_ANYWAY_MS = 100
/** A server that hangs does not say that it has taken the last pull back. */
const LAST_PULL_MS = 3_000

export function createMailbox<Event>(options: MailboxOptions<Event>): Mailbox {
  const { nats, log } = options
  const slots = createSlots(options.maxInFlight)
  const concurrency = createConcurrencyLimit({
    withinMs: options.ackWaitMs / 2,
    least: options.minInFlight ?? MIN_IN_FLIGHT,
    most: options.maxInFlight,
  })
  // by place, so that nothing is allocated for a message
  const inFlight = new Array<StreamMessage | undefined>(options.maxInFlight).fill(undefined)
  const signOfLifeDue = new Float64Array(options.maxInFlight)
  const signOfLifeMs = Math.min(SIGN_OF_LIFE_MS, options.ackWaitMs / 3)
  const draining = new AbortController()
  const abandoning = new AbortController()
  const handle = createHandling(options, { draining: draining.signal, abandoning: abandoning.signal })
  const drained = new Promise<void>((resolve) => draining.signal.addEventListener('abort', () => resolve()))
  const dropped = options.metrics.counter({
    name: 'leadtriage_stale_answers_total',
    help: 'Acknowledgements that were not sent because the consumer had been created again since; those messages come again.',
  })
  const consumer = createPullConsumer({
    nats,
    stream: options.stream,
    name: options.consumer,
    onDropped: (answers) => dropped.inc(answers),
  })
  let pull: Pull | undefined
  let failures = 0
  let running: Promise<void> | undefined
  let problem: string | undefined = 'not started'
  let heartbeat: NodeJS.Timeout | undefined

  const onMessage = (message: StreamMessage) => {
    const place = slots.take()
    inFlight[place] = message
    const [since, among] = [performance.now(), slots.taken]
    signOfLifeDue[place] = since + signOfLifeMs
    void handle(message).then((isSteady) => {
      inFlight[place] = undefined
      if (isSteady) concurrency.learn(performance.now() - since, among)
      slots.giveBack(place)
    })
  }
  const onSign = () => {
    problem = undefined // 4
    failures = 0
  }

  /** Resolves to how many messages may come, when it is half of what may be in flight, or soon whatever it is. */
  const whenRoom = async (stop: AbortSignal): Promise<number> => {
    for (;;) {
      const { limit } = concurrency
      const beyond = options.maxInFlight - limit // places that stay free
      if (slots.taken > limit / 2) {
        await slots.whenFree(beyond + Math.ceil(limit / 2), AbortSignal.any([stop, AbortSignal.timeout(ASK_ANYWAY_MS)]))
        await slots.whenFree(beyond + 1, stop)
      }
      const room = concurrency.limit - slots.taken
      if (room > 0 || stop.aborted) return room
    }
  }

  /** Pulls until `drain`; fails when the consumer, the stream or the server goes away. */
  const consume = async () => {
    await Promise.race([consumer.whenConnected(), drained])
    if (draining.signal.aborted) return
    await options.ensureTopology()
    const trust = await consumer.confirm()
    const stop = AbortSignal.any([draining.signal, trust])
    for (let expiresMs = FIRST_PULL_EXPIRES_MS; ; expiresMs = PULL_EXPIRES_MS) {
      const batch = await whenRoom(stop)
      if (draining.signal.aborted) return
      if (trust.aborted) throw new Error('the consumer or its stream was deleted')
      pull = consumer.pull({ batch, expiresMs, onMessage, onSign }) // 1, 2
      const { end, detail } = await pull.ended
      options.onPullEnd?.(end)
      if (draining.signal.aborted) return
      if (end !== PullEnd.Complete && end !== PullEnd.Expired) throw new Error(`a pull ended: ${detail}`)
      onSign()
    }
  }

  const giveSigns = () => {
    const now = performance.now()
    for (const [place, message] of inFlight.entries()) {
      if (message !== undefined && now >= (signOfLifeDue[place] ?? 0)) message.working() // 1
    }
  }

  const run = async () => {
    while (!draining.signal.aborted) {
      try {
        await consume()
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
        log.warn({ problem }, 'the mailbox cannot pull; it will try again') // 3
        failures += 1
        await pause(backoffMs(Math.min(failures, 4)))
      }
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: draining.signal }).catch(() => undefined)

  return {
    start: () => {
      heartbeat ??= setInterval(giveSigns, signOfLifeMs).unref()
      running ??= run()
    },
    check: async () => {
      if (problem !== undefined) throw new Error(problem)
    },
    pullAgain: (created) => {
      if (created === undefined || created !== consumer.created)
        pull?.abandon(PullEnd.ConsumerGone, 'the consumer was created again')
    },
    drain: async (graceMs) => {
      draining.abort()
      const deadline = setTimeout(() => abandoning.abort(), graceMs)
      pull?.stop()
      const lastPull = setTimeout(
        () => pull?.abandon(PullEnd.Stopped, 'the server hangs'),
        Math.min(graceMs, LAST_PULL_MS),
      )
      await running // 5
      clearTimeout(lastPull)
      await slots.whenFree(options.maxInFlight)
      clearTimeout(deadline)
      clearInterval(heartbeat)
      await consumer.close()
      problem = 'stopped'
    },
  }
}
