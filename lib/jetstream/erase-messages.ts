import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type MsgRequest,
} from '@nats-io/jetstream'
import type { Nats } from './connect.ts'

/** Erases messages from streams and from their files. Every method throws Error while NATS is unreachable. */
export interface MessageEraser {
  /**
   * Deletes every message of a subject and overwrites its bytes in the files of the stream, which a purge by subject
   * does not do. A stream that does not exist has no messages.
   */
  erase(stream: string, subject: string): Promise<void>
  /** The number of messages in a stream and the sequence of the last one; undefined if there is no such stream. */
  state(stream: string): Promise<{ readonly messages: number; readonly lastSequence: number } | undefined>
}

const REQUEST_TIMEOUT_MS = 3_000
/** A message that is gone: nats-server reports it with the first code to a read, with the others to a deletion. */
const GONE: ReadonlySet<number> = new Set([JetStreamApiCodes.NoMessageFound, 10_043, 10_057])

export function createMessageEraser(nats: Nats): MessageEraser {
  const manager = async () => {
    const connection = nats.up()
    if (connection === undefined) throw new Error('NATS is unreachable')
    return jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS })
  }
  return {
    erase: async (stream, subject) => eraseSubject(await manager(), stream, subject),
    state: async (stream) => {
      const info = await unlessMissing((await manager()).streams.info(stream))
      return info && { messages: info.state.messages, lastSequence: info.state.last_seq }
    },
  }
}

async function eraseSubject(manager: JetStreamManager, stream: string, subject: string): Promise<void> {
  for (let from = 1; ; ) {
    const message = await unlessMissing(manager.streams.getMessage(stream, firstFrom(from, subject)))
    if (!message) return
    await unlessMissing(manager.streams.deleteMessage(stream, message.seq, true))
    from = message.seq + 1
  }
}

/**
 * Requests the first message of the subject at or after a sequence. nats-server 2.9 does not find earlier messages by
 * `last_by_subj` once the last one is deleted. The client's types allow this request only for direct gets.
 */
function firstFrom(sequence: number, subject: string): MsgRequest {
  return { seq: sequence, next_by_subj: subject } as MsgRequest
}

async function unlessMissing<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : undefined
    if (code !== undefined && (GONE.has(code) || code === JetStreamApiCodes.StreamNotFound)) return undefined
    throw error
  }
}
