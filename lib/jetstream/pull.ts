import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { jetstream } from '@nats-io/jetstream'
import type { Nats } from './connect.ts'

/** A message of a stream, to be acknowledged, sent back or ended by whoever pulled it. */
export type StreamMessage = JsMsg
/** Messages as they come, until there were as many as asked for, or time is over, or it is stopped. */
export type Pull = ConsumerMessages

export interface PullConsumer {
  /**
   * Asks for messages. The iteration fails when the consumer or its stream is gone, and when the server has silently
   * forgotten the request (its leader moved, say), which missing heartbeats show.
   *
   * @param maxMessages how many may come at the most. Not `consume()` of the client: that asks for more as messages
   *   arrive, whether they are worked on or not, and those that wait here run out of their ack wait
   */
  fetch(maxMessages: number): Promise<Pull>
}

/**
 * How long a request stands when nothing comes. Short, so that a mailbox that drains can let its last request end by
 * itself: what the server sends meanwhile is given back, while what arrives after a `stop` would be lost to its ack wait.
 */
export const PULL_EXPIRES_MS = 2_000

/** Finds a durable consumer; rejects when it is not there. */
export async function openConsumer(nats: Nats, stream: string, name: string): Promise<PullConsumer> {
  const consumer = await jetstream(await nats.first()).consumers.get(stream, name)
  return {
    fetch: (maxMessages) => consumer.fetch({ max_messages: maxMessages, expires: PULL_EXPIRES_MS }),
  }
}
