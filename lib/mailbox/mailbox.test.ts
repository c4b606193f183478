import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { headers } from '@nats-io/transport-node'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { attemptsInMemory } from '../../testkit/fakes.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { Nats } from '../jetstream/connect.ts'
import { connectNats } from '../jetstream/connect.ts'
import type { JetStreamNames } from '../jetstream/names.ts'
import { jetStreamNames } from '../jetstream/names.ts'
import { PullEnd } from '../jetstream/pull.ts'
import { ensureTriageConsumer } from '../jetstream/topology.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { DeadLetterCause, Delivery } from './delivery.ts'
import { SnoozeError, TerminalError } from './failure.ts'
import type { Mailbox, MailboxOptions } from './mailbox.ts'
import { createMailbox } from './mailbox.ts'

/** Long enough that a stall of the machine does not cause redeliveries. */
const ACK_WAIT_MS = 5_000
/** For tests that wait for redeliveries or measure in proportion to the ack wait. */
const SHORT_ACK_WAIT_MS = 600

const stack = useStack()
const proxyTo = useTcpProxies()
const nats = useNats()
let manager: JetStreamManager
let names: JetStreamNames
const mailboxes: Mailbox[] = []
const closing: Nats[] = []

beforeAll(async () => {
  manager = await jetstreamManager(await nats.first())
})
// each test has its own streams, since some delete them
beforeEach(() => {
  names = jetStreamNames(`${stack.namespace}_${randomUUID()}`)
})
afterEach(async () => {
  await Promise.all(mailboxes.splice(0).map((mailbox) => mailbox.drain(0)))
  await Promise.all(closing.splice(0).map((connection) => connection.close()))
  await Promise.all([names.leadsStream, names.insightsStream].map((stream) => manager.streams.delete(stream)))
})

const attemptTracker = attemptsInMemory<string>()

function ensureTopology(ackWaitMs = ACK_WAIT_MS): Promise<void> {
  return ensureTriageConsumer(nats, { names, replicas: 1, keptInsights: 1_000, ackWaitMs })
}

/** A mailbox that records its handlings, in order, and its dead letters. */
function newMailbox(options: Partial<MailboxOptions<string>> = {}) {
  const handled: (Pick<Delivery<string>, 'deliveryCount'> & { text: string; at: number })[] = []
  const deadLetters: (DeadLetterCause & { text: string })[] = []
  const metrics = createMetrics('test')
  const handle = options.handle ?? (async () => undefined)
  const mailbox = createMailbox({
    nats,
    stream: names.leadsStream,
    consumer: names.triageConsumer,
    ensureTopology: () => ensureTopology(options.ackWaitMs),
    ackWaitMs: ACK_WAIT_MS,
    maxInFlight: 10,
    maxDeliveries: 3,
    deadLetter: async (delivery, cause) => void deadLetters.push({ ...cause, text: textOf(delivery) }),
    decode: ({ data }) => Buffer.from(data).toString(),
    attemptTracker,
    log: captureLog().log,
    metrics,
    ...options,
    handle: async (delivery, signal) => {
      handled.push({ text: textOf(delivery), deliveryCount: delivery.deliveryCount, at: performance.now() })
      await handle(delivery, signal)
    },
  })
  mailboxes.push(mailbox)
  return { mailbox, handled, deadLetters, texts: () => handled.map(({ text }) => text), metrics }
}

/** A mailbox that is pulling. */
async function openMailbox(options: Partial<MailboxOptions<string>> = {}) {
  const opened = newMailbox(options)
  opened.mailbox.start()
  await eventually(() => opened.handled.length > 0 || pulls(opened.mailbox))
  return opened
}

const pulls = (mailbox: Mailbox): Promise<boolean> =>
  mailbox.check().then(
    () => true,
    () => false,
  )

function textOf({ event }: { event: string | undefined }): string {
  return event ?? 'undecoded'
}

async function publish(...texts: string[]): Promise<void> {
  const header = headers()
  header.set('traceparent', 'the trace')
  const stream = jetstream(await nats.first())
  for (const text of texts) await stream.publish(names.leadReceived(randomUUID()), text, { headers: header })
}

const consumerInfo = (): Promise<ConsumerInfo> => manager.consumers.info(names.leadsStream, names.triageConsumer)

/** Resolves when every message is acknowledged or dead-lettered. */
async function queueEmpty(): Promise<void> {
  await eventually(async () => {
    const { num_pending, num_ack_pending } = await consumerInfo()
    const { state } = await manager.streams.info(names.leadsStream)
    return num_pending + num_ack_pending + state.messages === 0
  })
}

/** Blocks handlers until it is opened. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { wait: () => promise, open: resolve }
}

describe('a message', () => {
  test('is handled once, with its text, headers and subject, and leaves the queue', async () => {
    const deliveries: Delivery<string>[] = []
    const { handled } = await openMailbox({ handle: async (delivery) => void deliveries.push(delivery) })
    await publish('hello')
    await queueEmpty()
    expect(handled).toMatchObject([{ text: 'hello', deliveryCount: 1 }])
    expect(deliveries[0]?.subject).toContain(names.leadReceived(''))
    expect(deliveries[0]?.header('traceparent')).toBe('the trace')
    expect(deliveries[0]?.header('absent')).toBeUndefined()
  })

  test('is acknowledged only after its handler resolved', async () => {
    const { wait, open } = gate()
    const { handled } = await openMailbox({ handle: wait })
    await publish('slow')
    await eventually(() => handled.length === 1)
    expect((await consumerInfo()).num_ack_pending).toBe(1)
    open()
    await queueEmpty()
  })

  test('whose handler throws is retried with growing delays, then dead-lettered with the last error', async () => {
    const { handled, deadLetters } = await openMailbox({
      handle: async () => {
        throw new Error('cannot read this')
      },
    })
    await publish('poison')
    await eventually(() => deadLetters.length === 1)
    expect(handled.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 2, 3])
    const [first = 0, second = 0] = handled.slice(1).map(({ at }, i) => at - (handled[i]?.at ?? 0))
    expect(first).toBeGreaterThanOrEqual(50) // a tenth of the first ceiling
    expect(second).toBeGreaterThanOrEqual(100)
    expect(deadLetters).toEqual([{ text: 'poison', reason: 'failed', error: 'cannot read this', attempts: 3 }])
    await queueEmpty()
  })

  test('that its handler cannot parse is not quoted in its dead letter or the log', async () => {
    const { log, text } = captureLog()
    const handle = async (delivery: Delivery<string>) => JSON.parse(textOf(delivery))
    const { deadLetters } = await openMailbox({ maxDeliveries: 2, log, handle })
    await publish('my secret note')
    await queueEmpty()
    expect(deadLetters).toMatchObject([{ error: expect.stringMatching(/could not be parsed.*withheld/) }])
    expect(text()).toContain('dead-lettered a message')
    expect(text()).not.toContain('secret')
  })

  test('whose handler throws a TerminalError is dead-lettered at once', async () => {
    const { handled, deadLetters } = await openMailbox({
      handle: async () => {
        throw new TerminalError('not ours')
      },
    })
    await publish('foreign')
    await queueEmpty()
    expect(handled).toHaveLength(1)
    expect(deadLetters).toMatchObject([{ reason: 'failed', error: 'not ours', attempts: 1 }])
  })

  test('that is snoozed for long is parked: stored with the delay and removed from the queue', async () => {
    const { handled, deadLetters } = await openMailbox({
      handle: async () => {
        throw new SnoozeError('rate limited', 60_000)
      },
    })
    await publish('waiting')
    await queueEmpty()
    expect(handled).toHaveLength(1)
    expect(deadLetters).toMatchObject([{ reason: 'parked', retryAfterMs: 60_000, attempts: 0 }])
  })

  test('has fewer attempts left if it was attempted before it was parked', async () => {
    const { handled, deadLetters } = await openMailbox({
      maxDeliveries: 3,
      priorAttempts: () => 2,
      handle: async () => {
        throw new Error('still no good')
      },
    })
    await publish('again')
    await queueEmpty()
    expect(handled).toHaveLength(1)
    expect(deadLetters).toMatchObject([{ reason: 'failed', attempts: 3 }])
  })

  test('that waits for capacity loses no attempts, however often it waits', async () => {
    let calls = 0
    const { handled, deadLetters } = await openMailbox({
      maxDeliveries: 2,
      handle: async () => {
        calls += 1
        if (calls <= 6) throw new SnoozeError('the model is busy', 1)
        if (calls === 7) throw new Error('cannot read this')
        if (calls === 8) throw new SnoozeError('the model is busy', 1)
      },
    })
    await publish('snoozed')
    await queueEmpty()
    expect(handled).toHaveLength(9)
    expect(deadLetters).toEqual([])
  })

  test('that failed or waited, however often, is not treated as poison', async () => {
    const { wait, open } = gate()
    let together = 0
    const { handled, deadLetters } = await openMailbox({
      maxDeliveries: 10,
      handle: async ({ deliveryCount, event }) => {
        if (deliveryCount < 4 && event === 'fails') throw new Error('no good')
        if (deliveryCount < 4) throw new SnoozeError('the model is busy', 1)
        together += 1
        await wait()
      },
    })
    await publish('fails', 'waits')
    await eventually(() => together === 2)
    open()
    await queueEmpty()
    expect(handled).toHaveLength(8)
    expect(deadLetters).toEqual([])
  })

  test('that cannot be decoded is dead-lettered at once without being handled', async () => {
    const { handled, deadLetters } = await openMailbox({
      decode: () => {
        throw new TerminalError('not one of ours')
      },
    })
    await publish('foreign')
    await queueEmpty()
    expect(handled).toEqual([])
    expect(deadLetters).toEqual([{ text: 'undecoded', reason: 'failed', error: 'not one of ours', attempts: 1 }])
  })

  test('is held during a transient error, and finished within its first delivery', async () => {
    let calls = 0
    const { handled, deadLetters } = await openMailbox({
      maxDeliveries: 1,
      handle: async () => {
        calls += 1
        if (calls < 3) throw new AppError(ErrorCode.Unavailable, 'no database')
      },
    })
    await publish('waiting')
    await queueEmpty()
    expect(handled.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 1])
    expect(deadLetters).toEqual([])
  })

  test('past its last delivery is dead-lettered without being handled', async () => {
    await ensureTopology()
    await publish('killer')
    const consumer = await jetstream(await nats.first()).consumers.get(names.leadsStream, names.triageConsumer)
    for (const count of [1, 2]) {
      const message = await consumer.next()
      expect(message?.info.deliveryCount).toBe(count)
      message?.nak() // like a worker killed by it, without waiting for the ack wait
    }
    const { handled, deadLetters } = await openMailbox({ maxDeliveries: 2 })
    await queueEmpty()
    expect(handled).toEqual([])
    expect(deadLetters).toMatchObject([{ text: 'killer', reason: 'delivery_limit', attempts: 3 }])
  })

  test('that kills its worker is dead-lettered, but messages delivered as often as it are not', async () => {
    const short = { ackWaitMs: SHORT_ACK_WAIT_MS }
    await ensureTopology(SHORT_ACK_WAIT_MS)
    await publish('killer', 'a', 'b', 'c')
    const done: string[] = []
    const dead: string[] = []
    for (let lives = 0; dead.length === 0; lives += 1) {
      expect(lives).toBeLessThan(6)
      const proxy = await proxyTo(stack.natsUrl)
      const connection = connectNats({ url: proxy.url, name: 'doomed', log: captureLog().log })
      let isKilled = false
      const handle = async (delivery: Delivery<string>, signal: AbortSignal) => {
        if (textOf(delivery) === 'killer') isKilled = true
        if (!isKilled) return void done.push(textOf(delivery))
        await proxy.cut() // like a killed process: nothing more reaches the server
        await once(signal, 'abort')
        throw signal.reason
      }
      const { deadLetters } = await openMailbox({ ...short, nats: connection, maxDeliveries: 4, handle })
      await eventually(() => isKilled || deadLetters.length > 0)
      // a handled message whose ack was lost with the worker needs no dead letter: triage's store does not write one
      const lost = deadLetters.filter(({ text }) => !done.includes(text))
      dead.push(...lost.map(({ text, reason }) => `${text}: ${reason}`))
      if (isKilled) await connection.close()
      else closing.push(connection)
    }
    await queueEmpty()
    expect(dead).toEqual(['killer: delivery_limit'])
    expect(new Set(done)).toEqual(new Set(['a', 'b', 'c'])) // some of them twice
  })

  test('stays in the queue until its dead letter can be written', async () => {
    let failures = 0
    const written: string[] = []
    const { handled } = await openMailbox({
      maxDeliveries: 1,
      handle: async () => {
        throw new Error('no good')
      },
      deadLetter: async (delivery, { reason }) => {
        failures += 1
        if (failures === 1) throw new Error('disk full')
        written.push(`${textOf(delivery)}: ${reason}`)
      },
    })
    await publish('unlucky')
    await queueEmpty()
    expect(handled).toHaveLength(1)
    expect(written).toEqual(['unlucky: failed'])
  })

  test('is not redelivered while its handler takes longer than the ack wait', async () => {
    const { wait, open } = gate()
    // one in-progress acknowledgement per second, of which two may be lost
    const options = { ackWaitMs: 3_000 }
    const { handled } = await openMailbox({ ...options, handle: wait })
    let progress = 0
    const acks = (await nats.first()).subscribe(`$JS.ACK.${names.leadsStream}.>`, {
      callback: (_error, message) => {
        if (message.string() === '+WPI') progress += 1
      },
    })
    await publish('slow')
    await eventually(() => handled.length === 1)
    const other = await openMailbox(options)
    await eventually(() => progress >= 5) // an absence gives no signal to wait for; by then the ack wait has passed
    acks.unsubscribe()
    expect(other.handled).toEqual([])
    expect(await consumerInfo()).toMatchObject({ num_ack_pending: 1, num_redelivered: 0 })
    open()
    await queueEmpty()
  })

  test('is not pulled by a mailbox without room, so that another one can handle it', async () => {
    const { wait, open } = gate()
    const { handled } = await openMailbox({ maxInFlight: 1, handle: wait })
    await publish('slow', 'for another', 'for another too')
    await eventually(() => handled.length === 1)
    const other = await openMailbox()
    await eventually(() => other.handled.length === 2)
    expect(await consumerInfo()).toMatchObject({ num_pending: 0, num_redelivered: 0 })
    open()
    await queueEmpty()
    expect([...handled, ...other.handled].map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 1])
  })
})

describe('a mailbox', () => {
  test('never exceeds maxInFlight, and handles all messages', async () => {
    const { wait, open } = gate()
    let inFlight = 0
    let most = 0
    const { texts } = await openMailbox({
      maxInFlight: 3,
      handle: async () => {
        inFlight += 1
        most = Math.max(most, inFlight)
        await wait()
        inFlight -= 1
      },
    })
    const sent = Array.from({ length: 30 }, (_, i) => String(i))
    await publish(...sent)
    await eventually(() => inFlight === 3)
    expect((await consumerInfo()).num_ack_pending).toBe(3)
    open()
    await queueEmpty()
    expect(most).toBe(3)
    expect(texts().toSorted()).toEqual(sent.toSorted())
  })

  test('pulls no more than it can finish within the ack wait, whatever maxInFlight is', async () => {
    let turn = Promise.resolve()
    const { handled } = await openMailbox({
      ackWaitMs: SHORT_ACK_WAIT_MS,
      maxInFlight: 200,
      handle: () => {
        turn = turn.then(() => sleep(50)) // one after the other: six within half of the ack wait
        return turn
      },
    })
    await publish(...Array.from({ length: 200 }, (_, i) => String(i)))
    await eventually(() => handled.length > 40)
    expect((await consumerInfo()).num_ack_pending).toBeLessThan(20)
  })

  test('is not blocked by a slow message, however slow the earlier ones were', async () => {
    const { wait, open } = gate()
    let turn = Promise.resolve()
    const { texts } = await openMailbox({
      ackWaitMs: SHORT_ACK_WAIT_MS,
      maxInFlight: 200,
      minInFlight: 2,
      handle: ({ event }) => {
        if (event === 'slow') return wait()
        turn = turn.then(() => sleep(400)) // longer than half of the ack wait
        return turn
      },
    })
    await publish('1', '2', '3', '4', 'slow', '5', '6', '7')
    await eventually(() => texts().length === 8)
    await eventually(async () => (await consumerInfo()).num_ack_pending === 1)
    open()
    await queueEmpty()
  })

  test('handles further messages after one fails', async () => {
    const { texts } = await openMailbox({
      maxInFlight: 1,
      handle: async (delivery) => {
        if (textOf(delivery) === 'bad') throw new TerminalError('bad')
      },
    })
    await publish('bad', 'good')
    await queueEmpty()
    expect(texts()).toEqual(['bad', 'good'])
  })

  test('recovers when its consumer is deleted, and its check fails meanwhile', async () => {
    const { mailbox, texts } = await openMailbox()
    await publish('before')
    await queueEmpty()
    await manager.consumers.delete(names.leadsStream, names.triageConsumer)
    await eventually(() =>
      mailbox.check().then(
        () => false,
        () => true,
      ),
    )
    await eventually(() => pulls(mailbox))
    await publish('after')
    await queueEmpty()
    expect(texts()).toEqual(['before', 'after'])
  })

  test('recovers when its stream is deleted', async () => {
    const { mailbox, texts } = await openMailbox()
    await manager.streams.delete(names.leadsStream)
    await eventually(
      () =>
        mailbox.check().then(
          () => false,
          () => true,
        ),
      20_000,
    )
    await eventually(() => pulls(mailbox))
    await publish('after')
    await queueEmpty()
    expect(texts()).toEqual(['after'])
  })

  test('that is idle has one pull outstanding and makes no other request', async () => {
    const { mailbox } = await openMailbox()
    await eventually(async () => (await consumerInfo()).num_waiting === 1)
    const requests: string[] = []
    let heartbeats = 0
    const connection = await nats.first()
    const count = { callback: (_error: unknown, { subject }: { subject: string }) => void requests.push(subject) }
    const spies = [
      connection.subscribe(`$JS.API.CONSUMER.*.${names.leadsStream}.>`, count),
      connection.subscribe(`$JS.API.CONSUMER.*.*.${names.leadsStream}.>`, count),
      connection.subscribe(`$JS.API.STREAM.*.${names.leadsStream}`, count),
      connection.subscribe(`${nats.inboxPrefix}.>`, {
        callback: (_error, message) => {
          if (message.headers?.code === 100) heartbeats += 1
        },
      }),
    ]
    await eventually(() => heartbeats === 2)
    for (const spy of spies) spy.unsubscribe()
    expect(requests).toEqual([])
    expect((await consumerInfo()).num_waiting).toBe(1)
    await mailbox.check()
  })

  test('passes its check only after the server has responded to a pull', async () => {
    const proxy = await proxyTo(stack.natsUrl)
    await ensureTopology()
    proxy.discardRepliesTo('CONSUMER.MSG.NEXT')
    const connection = connectNats({ url: proxy.url, name: 'unanswered', log: captureLog().log })
    closing.push(connection)
    const ends: string[] = []
    const { mailbox } = newMailbox({ nats: connection, onPullEnd: (end) => ends.push(end) })
    const requested = Promise.withResolvers<void>()
    const spy = (await nats.first()).subscribe(`$JS.API.CONSUMER.MSG.NEXT.${names.leadsStream}.>`, {
      callback: () => requested.resolve(),
    })
    mailbox.start()
    await requested.promise
    spy.unsubscribe()
    // the first pull expires after 100 ms: by then the server has responded to it
    await eventually(async () => (await consumerInfo()).num_waiting === 0)
    expect(await pulls(mailbox)).toBe(false)
    await proxy.heal()
    await eventually(() => pulls(mailbox))
    expect(ends).toEqual([PullEnd.ConnectionLost, PullEnd.Expired])
  })

  test('pulls once after a reconnect, for no more messages than there is room for', async () => {
    const { wait, open } = gate()
    const proxy = await proxyTo(stack.natsUrl)
    const connection = connectNats({ url: proxy.url, name: 'broken', log: captureLog().log })
    closing.push(connection)
    const { mailbox, handled } = await openMailbox({
      nats: connection,
      ackWaitMs: 30_000,
      maxInFlight: 4,
      handle: wait,
    })
    await publish('1', '2')
    await eventually(() => handled.length === 2)
    await proxy.cut()
    await eventually(async () => !(await pulls(mailbox)))
    await proxy.heal()
    await publish('3', '4', '5', '6')
    await eventually(() => handled.length === 4)
    expect(await consumerInfo()).toMatchObject({ num_ack_pending: 4, num_pending: 2, num_waiting: 0 })
    open()
    await queueEmpty()
    expect(handled.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 1, 1, 1, 1])
  })

  test.each([
    { what: 'consumer', maxInFlight: 10 },
    { what: 'stream', maxInFlight: 10 },
    // no pull is outstanding that could report the deletion
    { what: 'stream', maxInFlight: 1 },
  ])(
    'sends no ack for a message of a deleted $what to its successor ($maxInFlight in flight)',
    async ({ what, maxInFlight }) => {
      const gates = [gate(), gate()]
      let started = 0
      const { handled, metrics } = await openMailbox({
        maxInFlight,
        handle: () => gates[started++]?.wait() ?? Promise.resolve(),
      })
      await publish('old')
      await eventually(() => handled.length === 1)
      if (what === 'stream') await manager.streams.delete(names.leadsStream)
      else await manager.consumers.delete(names.leadsStream, names.triageConsumer)
      const created = await eventually(async () => (await consumerInfo()).created)
      if (what === 'stream') await publish('new')
      if (maxInFlight > 1) await eventually(() => handled.length === 2)
      gates[0]?.open()
      await eventually(async () =>
        (await metrics.render()).body.includes('leadtriage_stale_answers_total{service="test"} 1'),
      )
      expect((await manager.streams.info(names.leadsStream)).state.messages).toBe(1)
      gates[1]?.open()
      await queueEmpty()
      expect(handled.map(({ text }) => text)).toEqual(what === 'stream' ? ['old', 'new'] : ['old', 'old'])
      expect((await consumerInfo()).created).toBe(created)
    },
  )

  test('sends queued acknowledgements after a reconnect, so that nothing is handled twice', async () => {
    const { wait, open } = gate()
    const proxy = await proxyTo(stack.natsUrl)
    const connection = connectNats({ url: proxy.url, name: 'reconnecting', log: captureLog().log })
    closing.push(connection)
    const { mailbox, handled } = await openMailbox({ nats: connection, ackWaitMs: 30_000, handle: wait })
    await publish('1', '2', '3')
    await eventually(() => handled.length === 3)
    await proxy.cut()
    await eventually(async () => !(await pulls(mailbox)))
    open()
    await proxy.heal()
    await queueEmpty()
    expect(handled).toHaveLength(3)
  })
})

describe('drain', () => {
  test('finishes the messages in flight, pulls no more, and can be called twice', async () => {
    const { wait, open } = gate()
    const { mailbox, handled, texts } = await openMailbox({ maxInFlight: 1, handle: wait })
    await publish('in flight')
    await eventually(() => handled.length === 1)
    let drained = 0
    const drains = [mailbox.drain(5_000), mailbox.drain(5_000)].map((drain) => drain.then(() => (drained += 1)))
    await publish('too late')
    expect(drained).toBe(0)
    open()
    await Promise.all(drains)
    expect(texts()).toEqual(['in flight'])
    await eventually(async () => (await consumerInfo()).num_ack_pending === 0)
    expect((await consumerInfo()).num_pending).toBe(1)
    await mailbox.drain(5_000)
    await expect(mailbox.check()).rejects.toThrow('stopped')
  })

  test('under load leaves no message waiting for its ack wait', async () => {
    const total = 400
    await ensureTopology(30_000)
    const published = publish(...Array.from({ length: total }, (_, i) => String(i)))
    const done: string[] = []
    for (let successors = 0; done.length < total; successors += 1) {
      const { mailbox, handled, texts } = await openMailbox({ ackWaitMs: 30_000, maxInFlight: 50 })
      await eventually(() => handled.length > 20 || done.length + handled.length >= total)
      await mailbox.drain(5_000)
      done.push(...texts())
      expect(successors).toBeLessThan(total / 20)
    }
    await published
    await queueEmpty()
    // not by delivery count: messages about to be sent when the pull is cancelled go to the next pull at once,
    // and count as delivered twice
    expect(new Set(done).size).toBe(total)
    expect(done).toHaveLength(total)
  })

  test('cancels its last pull at once', async () => {
    const { mailbox } = await openMailbox()
    const startedAt = performance.now()
    await mailbox.drain(30_000)
    expect(performance.now() - startedAt).toBeLessThan(5_000) // the pull itself expires after 30 seconds
    await publish('for another')
    const { handled } = await openMailbox()
    await queueEmpty()
    expect(handled).toMatchObject([{ text: 'for another', deliveryCount: 1 }])
  })

  test('aborts handlers after the grace period and returns their messages to the queue', async () => {
    const short = { ackWaitMs: SHORT_ACK_WAIT_MS }
    const { mailbox, handled, deadLetters } = await openMailbox({
      ...short,
      maxDeliveries: 1,
      handle: (_delivery, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    await publish('endless')
    await eventually(() => handled.length === 1)
    await mailbox.drain(50)
    expect(deadLetters).toEqual([])
    const successor = await openMailbox({ ackWaitMs: ACK_WAIT_MS, maxDeliveries: 1 })
    await queueEmpty()
    expect(successor.handled).toMatchObject([{ text: 'endless', deliveryCount: 2 }])
    expect(successor.deadLetters).toEqual([])
  })

  test('returns a held message to the queue', async () => {
    const { mailbox, handled } = await openMailbox({
      handle: async () => {
        throw new AppError(ErrorCode.Unavailable, 'no database')
      },
    })
    await publish('held')
    await eventually(() => handled.length > 0)
    await mailbox.drain(5_000)
    const successor = await openMailbox()
    await queueEmpty()
    expect(successor.texts()).toEqual(['held'])
  })

  test('leaves messages it has not pulled to another mailbox, which receives them at once', async () => {
    const { wait, open } = gate()
    const long = { ackWaitMs: 30_000 }
    const first = await openMailbox({ ...long, maxInFlight: 2, handle: wait })
    await publish('1', '2', '3', '4', '5', '6')
    await eventually(() => first.handled.length === 2)
    const drained = first.mailbox.drain(5_000)
    open()
    await drained
    const second = await openMailbox(long)
    await queueEmpty()
    expect([first.texts(), second.texts().toSorted()]).toEqual([
      ['1', '2'],
      ['3', '4', '5', '6'],
    ])
  })

  test('resolves if NATS was never reachable', async () => {
    const unreachable = { ...nats, first: () => new Promise<never>(() => undefined) }
    const mailbox = createMailbox({
      nats: unreachable,
      stream: 'x',
      consumer: 'x',
      ensureTopology: async () => undefined,
      ackWaitMs: ACK_WAIT_MS,
      maxInFlight: 1,
      maxDeliveries: 1,
      handle: async () => undefined,
      deadLetter: async () => undefined,
      decode: ({ data }) => Buffer.from(data).toString(),
      attemptTracker,
      log: captureLog().log,
      metrics: createMetrics('test'),
    })
    mailbox.start()
    await mailbox.drain(100)
    await ensureTopology() // afterEach deletes the streams
  })
})

test('pullAgain with the current consumer lets the pull continue, with another one ends it', async () => {
  const ends: PullEnd[] = []
  const { mailbox, texts } = await openMailbox({ onPullEnd: (end) => ends.push(end) })
  await eventually(() => ends.length > 0) // the short first pull
  const { created } = await manager.consumers.info(names.leadsStream, names.triageConsumer)
  mailbox.pullAgain(created)
  await publish('lead')
  await eventually(() => texts().length > 0)
  expect(ends).not.toContain(PullEnd.ConsumerGone)
  mailbox.pullAgain('1970-01-01T00:00:00Z')
  await eventually(() => ends.includes(PullEnd.ConsumerGone))
})
