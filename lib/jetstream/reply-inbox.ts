import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import { createInbox, MsgHdrsImpl } from '@nats-io/transport-node'
import { z } from 'zod'
import type { Nats, NatsConnection } from './connect.ts'

/*
 * Publishes to streams and receives all replies of a connection in one inbox. The client's own `publish` creates two
 * errors with their stack traces, a timer and a subscription entry per message, which is too expensive for every lead.
 * Invariants:
 *  1. An inbox lives until its connection is lost. A late reply to a message from before then reaches no later inbox.
 *  2. A reply to a numbered message is delivered with that number, the last token of its subject.
 */

/** A message for a stream. */
export interface OutgoingMessage {
  readonly subject: string
  readonly payload: Uint8Array
  /** `Nats-Msg-Id`: the stream drops a second message with the same id within its duplicate window. */
  readonly messageId: string
  readonly traceparent: string
}

/** The error of a stream that did not store a message. */
export interface Refusal {
  readonly err_code: number
  readonly description: string
}

/** `no_stream`: no stream takes the subject, so the server replied instead of a stream. */
export type PublishReply = 'stored' | 'no_stream' | Refusal

export interface ReplyInbox {
  /** Sends a message. `number` is passed to `onReply` with its reply. */
  publish(connection: NatsConnection, message: OutgoingMessage, number?: number): void
}

export function createReplyInbox(options: {
  nats: Nats
  onReply: (reply: PublishReply, number: number | undefined) => void
  /** Called when the connection is lost: no reply arrives to the messages sent so far. */
  onConnectionLost: () => void
}): ReplyInbox {
  const { nats, onReply, onConnectionLost } = options
  let inbox: string | undefined

  const open = (connection: NatsConnection): string => {
    const subject = createInbox(nats.inboxPrefix)
    const replies = connection.subscribe(subject, {
      callback: (error, message) => {
        if (!error) onReply(parseReply(message), undefined)
      },
    })
    const numberedReplies = connection.subscribe(`${subject}.*`, {
      callback: (error, message) => {
        if (!error) onReply(parseReply(message), Number(message.subject.slice(subject.length + 1))) // 2
      },
    })
    const closeWhenLost = async () => {
      for await (const { type } of connection.status()) if (type === 'disconnect' || type === 'close') break
      for (const subscription of [replies, numberedReplies]) if (!subscription.isClosed()) subscription.unsubscribe()
      inbox = undefined // 1
      onConnectionLost()
    }
    void closeWhenLost()
    return subject
  }

  return {
    publish: (connection, { subject, payload, messageId, traceparent }, number) => {
      inbox ??= open(connection)
      connection.publish(subject, payload, {
        headers: messageHeaders(messageId, traceparent),
        reply: number === undefined ? inbox : `${inbox}.${number}`,
      })
    },
  }
}

/** Built from a record, since setting headers one by one searches each value for line breaks; ours contain none. */
function messageHeaders(messageId: string, traceparent: string): MsgHdrs {
  return MsgHdrsImpl.fromRecord({
    'Nats-Msg-Id': [messageId],
    traceparent: [traceparent],
    'content-type': ['application/protobuf'],
  })
}

/** The status of the reply that the server sends when a subject has no subscribers. */
const NO_RESPONDERS = 503
const errorReplySchema = z.object({ error: z.object({ err_code: z.number(), description: z.string() }) })

function parseReply({ headers, data }: Msg): PublishReply {
  if (headers?.code === NO_RESPONDERS) return 'no_stream'
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength) // a view, not a copy
  if (!text.includes('"error"')) return 'stored'
  try {
    return errorReplySchema.parse(JSON.parse(text.toString())).error
  } catch (cause) {
    return { err_code: 0, description: `unreadable reply: ${String(cause)}` }
  }
}

/**
 * Whether the stream already holds a message of the same subject, of which it keeps one: the lead is queued. The code
 * alone only says that the message was not stored, also for a full stream; the description tells these cases apart.
 */
export function isDuplicate({ err_code, description }: Refusal): boolean {
  return err_code === 10077 && description.includes('per subject')
}
