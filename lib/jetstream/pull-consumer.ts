import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import type { Nats, NatsConnection } from './connect.ts'
import { type Pull, PullEnd, startPull } from './pull.ts'
import { type Respond, type StreamMessage, toStreamMessage } from './stream-message.ts'

/*
 * A durable consumer that one worker pulls from. An incarnation is the consumer between its creation and its deletion,
 * identified by its `created` time. The subject of an acknowledgement (ack, nak, term, working) does not identify the
 * incarnation, so one for a message of an older incarnation may hit a message that now has the same sequence.
 * Invariants:
 *  1. An acknowledgement is sent only while the incarnation of its message is confirmed to be the current one.
 *  2. While unconfirmed, final acknowledgements are queued and `working` is dropped. After the next `confirm` the
 *     queued ones are sent if the incarnation is the same, and dropped otherwise.
 *  3. The confirmation is lost with a pull that ended irregularly, a lost connection, an advisory that the consumer or
 *     the stream was deleted, and a delivery whose sequence is not higher than the one before.
 *  4. No more acknowledgements are queued than messages were in flight, since nothing is pulled while unconfirmed.
 *
 * Not covered: an acknowledgement in transit during the deletion, if the stream is recreated before it arrives.
 */

export interface PullConsumer {
  /** The incarnation seen by the last `confirm`; undefined before. */
  readonly created: string | undefined
  /** Resolves when the connection is up. */
  whenConnected(): Promise<void>
  /**
   * Reads the current incarnation from the server.
   *
   * @returns aborts as soon as the confirmation is lost
   * @throws Error if the consumer does not exist or NATS is unreachable
   */
  confirm(): Promise<AbortSignal>
  /** Requests messages. Only while confirmed, and one pull at a time. */
  pull(options: {
    batch: number
    expiresMs: number
    onMessage: (message: StreamMessage) => void
    onActivity: () => void
  }): Pull
  /** Sends the queued acknowledgements if the incarnation can be confirmed within a second, and unsubscribes. */
  close(): Promise<void>
}

interface QueuedAck {
  readonly incarnation: number
  readonly message: Msg
  readonly payload: Uint8Array
}

const CLOSE_TIMEOUT_MS = 1_000

export function createPullConsumer(options: {
  nats: Nats
  stream: string
  name: string
  /** Called with the number of acknowledgements dropped because their messages are of an older incarnation. */
  onStaleAcks: (count: number) => void
}): PullConsumer {
  const { nats, stream, name, onStaleAcks } = options
  let connection: NatsConnection | undefined
  let connected = Promise.resolve()
  let reconnected: (() => void) | undefined
  let created: string | undefined
  let incarnation = 0 // incremented with every new value of `created`
  let confirmation = aborted() // replaced only after the server has answered, so that acknowledgements are queued until then
  let confirming = confirmation
  let queued: QueuedAck[] = []
  let pull: Pull | undefined
  let lastSequence = 0
  let unsubscribe: () => void = () => undefined

  const unconfirm = () => {
    confirmation.abort()
    confirming.abort()
  }
  const invalidate = (end: PullEnd, detail: string) => {
    unconfirm()
    pull?.abandon(end, detail)
  }

  const respondFor =
    (pulledFrom: number): Respond =>
    (message, payload, isFinal) => {
      if (pulledFrom !== incarnation) {
        if (isFinal) onStaleAcks(1) // 2
      } else if (!confirmation.signal.aborted)
        message.respond(payload) // 1
      else if (isFinal) queued.push({ incarnation: pulledFrom, message, payload })
    }

  /** Watches for disconnects and deletions. */
  const subscribe = (to: NatsConnection) => {
    const deleted = {
      // an error is a missing permission, which the connection logs; the other signals remain
      callback: (error: Error | null) => {
        if (!error) invalidate(PullEnd.ConsumerGone, 'advisory: the consumer or its stream was deleted') // 3
      },
    }
    const advisories = [
      to.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.DELETED.${stream}.${name}`, deleted),
      to.subscribe(`$JS.EVENT.ADVISORY.STREAM.DELETED.${stream}`, deleted),
    ]
    const statuses = to.status()
    const watch = async () => {
      for await (const { type } of statuses) {
        if (type === 'disconnect' || type === 'close') {
          if (reconnected === undefined) ({ promise: connected, resolve: reconnected } = Promise.withResolvers<void>())
          invalidate(PullEnd.ConnectionLost, 'the connection was lost') // 3
        } else if (type === 'reconnect') {
          reconnected?.()
          reconnected = undefined
        }
      }
    }
    void watch()
    unsubscribe = () => {
      for (const advisory of advisories) if (!advisory.isClosed()) advisory.unsubscribe()
      ;(statuses as AsyncIterable<unknown> & { stop?: () => void }).stop?.()
    }
  }

  const confirm = async () => {
    if (connection === undefined) throw new Error('not connected yet')
    unconfirm()
    const current = new AbortController() // aborted by a deletion or disconnect during the request
    confirming = current
    const manager = await jetstreamManager(connection, { checkAPI: false })
    const info = await manager.consumers.info(stream, name)
    if (current.signal.aborted) throw new Error('the consumer was deleted while its incarnation was being confirmed')
    if (info.created !== created) {
      created = info.created
      incarnation += 1
      lastSequence = 0
    }
    confirmation = current
    const acks = queued
    queued = []
    const valid = acks.filter((ack) => ack.incarnation === incarnation)
    for (const { message, payload } of valid) message.respond(payload) // 2
    if (valid.length < acks.length) onStaleAcks(acks.length - valid.length)
    return current.signal
  }

  return {
    get created() {
      return created
    },
    whenConnected: async () => {
      if (connection === undefined) {
        connection = await nats.first()
        subscribe(connection)
      }
      await connected
    },
    confirm,
    pull: ({ batch, expiresMs, onMessage, onActivity }) => {
      if (connection === undefined || confirmation.signal.aborted) throw new Error('the consumer is not confirmed')
      const respond = respondFor(incarnation)
      const current = startPull(connection, {
        stream,
        consumer: name,
        inboxPrefix: nats.inboxPrefix,
        batch,
        expiresMs,
        onActivity,
        onMessage: (received) => {
          const message = toStreamMessage(received, respond)
          const isLater = message.consumerSequence > lastSequence
          lastSequence = message.consumerSequence
          onMessage(message)
          if (isLater) return
          unconfirm() // 3
          current.stop()
        },
      })
      pull = current
      void current.ended.then(({ end }) => {
        const isRegular = end === PullEnd.Complete || end === PullEnd.Expired || end === PullEnd.Stopped
        if (!isRegular) unconfirm() // 3
      })
      return current
    },
    close: async () => {
      if (queued.length > 0) await Promise.race([confirm().catch(() => undefined), sleep(CLOSE_TIMEOUT_MS)])
      unsubscribe()
    },
  }
}

function aborted(): AbortController {
  const controller = new AbortController()
  controller.abort()
  return controller
}
