import { JetStreamApiError } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import { createInbox } from '@nats-io/transport-node'
import type { Nats, NatsConnection } from './connect.ts'
import type { OutgoingMessage } from './publisher.ts'
import { messageHeaders, NO_RESPONDERS, parseRefusal, replyText, saysAlreadyQueued } from './publisher.ts'

/*
 * Publishes that are waited for, many at once. The client's own `publish` makes two errors with their stack traces, a
 * timer and a subscription's entry for each message, which a worker does for every lead. Invariants:
 *  1. Every publish settles: by the stream's reply, when its connection is lost, or `answerWithinMs` after it was sent.
 *  2. All replies of a connection come to one subscription; the last word of their subject says whose they are.
 */
export interface AcknowledgedPublisher {
  /** Resolves when the stream has the message. Rejects when it cannot be reached or refuses: {@link isRefusal}. */
  publish(message: OutgoingMessage): Promise<void>
}

interface Waiting {
  readonly connection: NatsConnection
  readonly sentAt: number
  resolve(): void
  reject(error: Error): void
}

/** @param answerWithinMs how long a stream may take; one that is gone answers nothing while somebody hears its subjects */
export function createAcknowledgedPublisher(nats: Nats, answerWithinMs = 5_000): AcknowledgedPublisher {
  // in the order in which they were sent, with gaps where one has settled
  const waiting: (Waiting | undefined)[] = []
  let firstNumber = 1 // of the first that waits
  let inbox: { connection: NatsConnection; subject: string } | undefined
  let timer: NodeJS.Timeout | undefined

  const take = (number: number): Waiting | undefined => {
    const found = waiting[number - firstNumber]
    if (found === undefined) return undefined
    waiting[number - firstNumber] = undefined
    while (waiting.length > 0 && waiting[0] === undefined) {
      waiting.shift()
      firstNumber += 1
    }
    return found
  }
  const rejectWhere = (isOver: (entry: Waiting) => boolean, reason: string) => {
    const from = firstNumber
    for (const [i, entry] of waiting.slice().entries()) {
      if (entry !== undefined && isOver(entry)) take(from + i)?.reject(new Error(reason))
    }
  }
  const giveUpLate = () => {
    timer = undefined
    const before = performance.now() - answerWithinMs
    rejectWhere(({ sentAt }) => sentAt <= before, 'the stream did not answer in time') // 1
    armTimer()
  }
  /** One timer for all: it runs for whoever has waited longest. */
  const armTimer = () => {
    const [oldest] = waiting
    if (timer !== undefined || oldest === undefined) return
    const leftMs = Math.max(1, Math.ceil(oldest.sentAt + answerWithinMs - performance.now()))
    timer = setTimeout(giveUpLate, leftMs).unref()
  }

  const inboxOf = (connection: NatsConnection): string => {
    if (inbox?.connection === connection) return inbox.subject
    const subject = createInbox(nats.inboxPrefix)
    connection.subscribe(`${subject}.*`, {
      callback: (error, message) => {
        const entry = error ? undefined : take(Number(message.subject.slice(subject.length + 1))) // 2
        if (entry) settle(entry, message)
      },
    })
    void watchDisconnects(connection)
    inbox = { connection, subject }
    return subject
  }
  const watchDisconnects = async (connection: NatsConnection) => {
    for await (const status of connection.status()) {
      if (status.type !== 'disconnect' && status.type !== 'close') continue
      rejectWhere((entry) => entry.connection === connection, 'the connection was lost before the stream answered') // 1
    }
  }

  return {
    publish: async ({ subject, payload, messageId, traceparent }) => {
      const connection = await nats.first()
      const number = firstNumber + waiting.length
      connection.publish(subject, payload, {
        headers: messageHeaders(messageId, traceparent),
        reply: `${inboxOf(connection)}.${number}`,
      })
      return new Promise<void>((resolve, reject) => {
        waiting.push({ connection, sentAt: performance.now(), resolve, reject })
        armTimer()
      })
    },
  }
}

function settle(entry: Waiting, message: Msg): void {
  const reply = replyText(message)
  if (message.headers?.code === NO_RESPONDERS) entry.reject(new Error('no stream takes the message'))
  else if (reply.includes('"error"')) {
    const { err_code, description } = parseRefusal(reply)
    entry.reject(new JetStreamApiError({ code: 400, err_code, description }))
  } else entry.resolve()
}

/** Whether the stream holds a message of the same subject already, of which it keeps one. */
export function isAlreadyQueued(error: unknown): boolean {
  return error instanceof JetStreamApiError && saysAlreadyQueued({ err_code: error.code, description: error.message })
}

/** Whether a stream answered and would not take the message; it is full, for example. */
export function isRefusal(error: unknown): error is JetStreamApiError {
  return error instanceof JetStreamApiError
}
