import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import type { Nats, NatsConnection } from './connect.ts'
import { type Pull, PullEnd, startPull } from './pull.ts'
import { type Respond, type StreamMessage, toStreamMessage } from './stream-message.ts'

/*
 * A durable consumer, as one worker pulls from it. An incarnation is the consumer from one creation to its deletion,
 * named by its `created`. The subject of an acknowledgement names no incarnation: one that belongs to a message of an
 * older incarnation may hit another message that has the same sequence now. Invariants:
 *  1. An answer (ack, nak, term) is sent only while the incarnation of its message is known to be the present one.
 *  2. While that is in doubt, answers wait and signs of life are dropped. Once the consumer was looked at again, the
 *     answers that wait are sent if it is the same incarnation and dropped if it is another one.
 *  3. In doubt is: a pull that ended for any other reason than its number or its time, a connection that was lost, an
 *     advisory that the consumer or the stream was deleted, and a delivery whose sequence is lower than one before.
 *  4. Answers that wait are at most as many as there were messages in flight: nothing is pulled in doubt.
 *
 * What remains: an answer that is on its way at the moment of the deletion and reaches a stream that was created again
 * within that time.
 */

export interface PullConsumer {
  /** Names the incarnation that `confirm` has seen last; undefined before. */
  readonly created: string | undefined
  /** Resolves when the connection is up, the first time or again. */
  whenConnected(): Promise<void>
  /**
   * Looks at the consumer: which incarnation is it?
   * @returns aborts as soon as that is in doubt again
   * @throws Error when the consumer is not there or NATS cannot be reached
   */
  confirm(): Promise<AbortSignal>
  /** Asks for messages; only between `confirm` and the next doubt, and one pull at a time. */
  pull(options: {
    batch: number
    expiresMs: number
    onMessage: (message: StreamMessage) => void
    onSign: () => void
  }): Pull
  /** Sends the answers that wait, if the incarnation can be told within a second, and stops listening. */
  close(): Promise<void>
}

interface Answer {
  readonly incarnation: number
  readonly message: Msg
  readonly payload: Uint8Array
}

const CLOSE_MS = 1_000

export function createPullConsumer(options: {
  nats: Nats
  stream: string
  name: string
  /** Told how many answers were dropped because their messages are of an older incarnation. */
  onDropped: (answers: number) => void
}): PullConsumer {
  const { nats, stream, name, onDropped } = options
  let connection: NatsConnection | undefined
  let connected = Promise.resolve()
  let reconnected: (() => void) | undefined
  let created: string | undefined
  let incarnation = 0 // counts what `created` was
  let trust = new AbortController()
  trust.abort()
  let waiting: Answer[] = []
  let pull: Pull | undefined
  let lastSequence = 0
  let stopListening: () => void = () => undefined

  const doubt = (end: PullEnd, detail: string) => {
    trust.abort()
    pull?.abandon(end, detail)
  }

  const respondFor =
    (pulledFrom: number): Respond =>
    (message, payload, isFinal) => {
      if (pulledFrom !== incarnation) {
        if (isFinal) onDropped(1) // 2
      } else if (!trust.signal.aborted)
        message.respond(payload) // 1
      else if (isFinal) waiting.push({ incarnation: pulledFrom, message, payload })
    }

  /** Hears what the connection and the server say from now on. */
  const listen = (to: NatsConnection) => {
    const gone = {
      // an error is a missing permission, which the connection logs: the other signs remain
      callback: (error: Error | null) => {
        if (!error) doubt(PullEnd.ConsumerGone, 'an advisory says that the consumer or its stream was deleted') // 3
      },
    }
    const advisories = [
      to.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.DELETED.${stream}.${name}`, gone),
      to.subscribe(`$JS.EVENT.ADVISORY.STREAM.DELETED.${stream}`, gone),
    ]
    const statuses = to.status()
    const watch = async () => {
      for await (const { type } of statuses) {
        if (type === 'disconnect' || type === 'close') {
          if (reconnected === undefined) ({ promise: connected, resolve: reconnected } = Promise.withResolvers<void>())
          doubt(PullEnd.ConnectionLost, 'the connection was lost') // 3
        } else if (type === 'reconnect') {
          reconnected?.()
          reconnected = undefined
        }
      }
    }
    void watch()
    stopListening = () => {
      for (const advisory of advisories) if (!advisory.isClosed()) advisory.unsubscribe()
      ;(statuses as AsyncIterable<unknown> & { stop?: () => void }).stop?.()
    }
  }

  const confirm = async () => {
    if (connection === undefined) throw new Error('not connected yet')
    const since = new AbortController() // what is heard while the server is asked makes for doubt again
    trust.abort()
    trust = since
    let info: { created: string }
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false })
      info = await manager.consumers.info(stream, name)
    } catch (error) {
      since.abort()
      throw error
    }
    if (since.signal.aborted) throw new Error('the consumer was deleted while it was looked at')
    if (info.created !== created) {
      created = info.created
      incarnation += 1
      lastSequence = 0
    }
    const answers = waiting
    waiting = []
    const present = answers.filter((answer) => answer.incarnation === incarnation)
    for (const { message, payload } of present) message.respond(payload) // 2
    if (present.length < answers.length) onDropped(answers.length - present.length)
    return since.signal
  }

  return {
    get created() {
      return created
    },
    whenConnected: async () => {
      if (connection === undefined) {
        connection = await nats.first()
        listen(connection)
      }
      await connected
    },
    confirm,
    pull: ({ batch, expiresMs, onMessage, onSign }) => {
      if (connection === undefined || trust.signal.aborted) throw new Error('the consumer was not looked at')
      const respond = respondFor(incarnation)
      const current = startPull(connection, {
        stream,
        consumer: name,
        inboxPrefix: nats.inboxPrefix,
        batch,
        expiresMs,
        onSign,
        onMessage: (received) => {
          const message = toStreamMessage(received, respond)
          const isLater = message.consumerSequence > lastSequence
          lastSequence = message.consumerSequence
          onMessage(message)
          if (isLater) return
          trust.abort() // 3
          current.stop()
        },
      })
      pull = current
      void current.ended.then(({ end }) => {
        const isRegular = end === PullEnd.Complete || end === PullEnd.Expired || end === PullEnd.Stopped
        if (!isRegular) trust.abort() // 3
      })
      return current
    },
    close: async () => {
      if (waiting.length > 0) await Promise.race([confirm().catch(() => undefined), sleep(CLOSE_MS)])
      stopListening()
    },
  }
}
