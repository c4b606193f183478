import { JetStreamApiError } from '@nats-io/jetstream'
import type { Nats } from './connect.ts'
import type { OutgoingMessage, PublishReply } from './reply-inbox.ts'
import { createReplyInbox, isDuplicate } from './reply-inbox.ts'

/*
 * Publishes and waits for the acknowledgement of each message, many at once. Invariant:
 *  1. Every publish settles: by the reply of the stream, when its connection is lost, or `timeoutMs` after it was sent.
 */
export interface AcknowledgedPublisher {
  /** Resolves when the stream has the message. Rejects when it is unreachable or refuses: {@link isRefusal}. */
  publish(message: OutgoingMessage): Promise<void>
}

interface PendingPublish {
  readonly sentAt: number
  resolve(): void
  reject(error: Error): void
}

/** @param timeoutMs bounds the wait for a stream that does not reply although its subject has subscribers */
export function createAcknowledgedPublisher(nats: Nats, timeoutMs = 5_000): AcknowledgedPublisher {
  // in sending order; settled ones leave gaps
  const pending: (PendingPublish | undefined)[] = []
  let firstNumber = 1 // number of pending[0]
  let timer: NodeJS.Timeout | undefined

  const take = (number: number): PendingPublish | undefined => {
    const found = pending[number - firstNumber]
    if (found === undefined) return undefined
    pending[number - firstNumber] = undefined
    while (pending.length > 0 && pending[0] === undefined) {
      pending.shift()
      firstNumber += 1
    }
    return found
  }
  const rejectWhere = (matches: (entry: PendingPublish) => boolean, reason: string) => {
    const from = firstNumber
    for (const [i, entry] of pending.slice().entries()) {
      if (entry !== undefined && matches(entry)) take(from + i)?.reject(new Error(reason))
    }
  }
  const rejectExpired = () => {
    timer = undefined
    const sentBefore = performance.now() - timeoutMs
    rejectWhere(({ sentAt }) => sentAt <= sentBefore, 'the stream did not acknowledge the message in time') // 1
    armTimer()
  }
  /** One timer for all: it expires with the oldest pending publish. */
  const armTimer = () => {
    const [oldest] = pending
    if (timer !== undefined || oldest === undefined) return
    const leftMs = Math.max(1, Math.ceil(oldest.sentAt + timeoutMs - performance.now()))
    timer = setTimeout(rejectExpired, leftMs).unref()
  }
  const replies = createReplyInbox({
    nats,
    onReply: (reply, number) => {
      const entry = number === undefined ? undefined : take(number)
      if (entry !== undefined) settle(entry, reply)
    },
    onConnectionLost: () => rejectWhere(() => true, 'the connection was lost before the stream replied'), // 1
  })

  return {
    publish: async (message) => {
      const connection = await nats.first()
      replies.publish(connection, message, firstNumber + pending.length)
      return new Promise<void>((resolve, reject) => {
        pending.push({ sentAt: performance.now(), resolve, reject })
        armTimer()
      })
    },
  }
}

function settle(entry: PendingPublish, reply: PublishReply): void {
  if (reply === 'stored') entry.resolve()
  else if (reply === 'no_stream') entry.reject(new Error('no stream takes the message'))
  else entry.reject(new JetStreamApiError({ code: 400, ...reply }))
}

/** Whether the stream already holds a message of the same subject, of which it keeps one. */
export function isAlreadyQueued(error: unknown): boolean {
  return isRefusal(error) && isDuplicate({ err_code: error.code, description: error.message })
}

/** Whether a stream replied with an error, for example because it is full. */
export function isRefusal(error: unknown): error is JetStreamApiError {
  return error instanceof JetStreamApiError
}
