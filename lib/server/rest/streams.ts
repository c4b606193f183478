import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingCall } from '../../auth/access-control.ts'
import type { Principal } from '../../auth/principal.ts'
import { toAppError } from '../../errors/app-error.ts'
import { abortWhenClosed } from '../http/abort-when-closed.ts'
import { ongoingCall } from '../http/incoming-call.ts'
import type { ResponseStream } from '../http/send-stream.ts'
import { sendStream } from '../http/send-stream.ts'
import { recheckAccess } from '../recheck-access.ts'
import type { Problem } from './error.ts'
import type { StreamedEvents } from './event-stream.ts'
import { EVENT_STREAM, encodeEvent, encodeEvents, HEARTBEAT } from './event-stream.ts'
import type { FailLate } from './handler.ts'

/**
 * Opens the items of a stream. They are asked for as the client reads them, and returned when `signal` aborts because
 * the client has disconnected or the server stops.
 */
type Open<T> = (signal: AbortSignal) => AsyncIterable<T> | Promise<AsyncIterable<T>>

/**
 * Sends streamed responses of REST routes. An error of `open`, or one within {@link FIRST_ITEM_MS} and before the first
 * item, becomes an ordinary problem response.
 */
export interface RestStreams {
  /**
   * Sends server-sent events, those of an array at once. A later error is an event `failed` with the problem, and the client reconnects. While there
   * are no events, a comment is sent every {@link HEARTBEAT_MS}.
   */
  sendEvents(request: FastifyRequest, reply: FastifyReply, open: Open<StreamedEvents>): Promise<FastifyReply>
  /**
   * Sends a body of any other type. Items should have some KiB each.
   *
   * @param failed returns the text that ends the body after a later error. Without it the connection is broken, so that
   *   no client takes the body for complete.
   */
  sendBody(
    request: FastifyRequest,
    reply: FastifyReply,
    body: { readonly type: string; readonly open: Open<string>; readonly failed?: (problem: Problem) => string },
  ): Promise<FastifyReply>
}

/** How long the headers wait for the first item. Most errors in a request are found within this time. */
const FIRST_ITEM_MS = 100
/** Proxies usually close connections that are idle for a minute. */
const HEARTBEAT_MS = 15_000

export interface StreamParts {
  readonly failLate: FailLate
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal
  readonly unreadTimeoutMs: number
  /** Checks the access of a request, and again while its stream lasts. */
  readonly admit: (request: FastifyRequest, call: IncomingCall) => Principal | Promise<Principal>
  /** Interval of these checks. */
  readonly recheckMs?: number | undefined
  /** Default {@link HEARTBEAT_MS}. */
  readonly heartbeatMs?: number | undefined
}

export function createRestStreams(parts: StreamParts): RestStreams {
  const { failLate, stopping, unreadTimeoutMs, admit, recheckMs, heartbeatMs = HEARTBEAT_MS } = parts

  const send = async <T>(
    request: FastifyRequest,
    reply: FastifyReply,
    open: Open<T>,
    stream: Pick<ResponseStream<T>, 'encode' | 'fail' | 'heartbeat'>,
  ) => {
    if (request.method === 'HEAD') return reply.send('')
    const closed = abortWhenClosed(reply.raw, undefined, stopping)
    const { signal } = closed
    const stopChecks = recheckAccess({
      principal: request.principal,
      admit: () => admit(request, ongoingCall(request, reply)),
      end: closed.abort,
      intervalMs: recheckMs,
    })
    const succeed = () => {
      request.observed?.succeeded()
      request.observed = undefined
      return ''
    }
    try {
      const items = await startItems(await open(signal))
      await sendStream(reply, { ...stream, items, succeed, signal, unreadTimeoutMs })
      return reply
    } finally {
      closed.release()
      stopChecks()
    }
  }

  return {
    sendEvents: (request, reply, open) => {
      const fail = (thrown: unknown) => {
        const { retryAfterSeconds } = toAppError(thrown)
        const retryMs = retryAfterSeconds === undefined ? {} : { retryMs: retryAfterSeconds * 1_000 }
        return encodeEvent({ event: 'failed', data: failLate(request, thrown), ...retryMs })
      }
      const heartbeat = { intervalMs: heartbeatMs, text: HEARTBEAT }
      return send(request, reply.type(EVENT_STREAM), open, { encode: encodeEvents, fail, heartbeat })
    },
    sendBody: (request, reply, { type, open, failed }) => {
      const fail = (thrown: unknown) => {
        const problem = failLate(request, thrown)
        return failed?.(problem)
      }
      return send(request, reply.type(type), open, { encode: (text) => text, fail })
    },
  }
}

/**
 * Asks for the first item and waits for it for a moment.
 * @throws what the items throw meanwhile
 */
async function startItems<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = items[Symbol.asyncIterator]()
  let first: Promise<IteratorResult<T>> | undefined = iterator.next()
  const waiting = new AbortController()
  try {
    await Promise.race([first, sleep(FIRST_ITEM_MS, undefined, { signal: waiting.signal })])
  } finally {
    waiting.abort()
  }
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const result = first ?? iterator.next()
        first = undefined
        return result
      },
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    }),
  }
}
