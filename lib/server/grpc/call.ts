import { once } from 'node:events'
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import type { DescMethod, MessageShape } from '@bufbuild/protobuf'
import { toBinary } from '@bufbuild/protobuf'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallObserver } from '../call-observer.ts'
import { decodeMessage } from '../decode-message.ts'
import type { BodyBudget } from '../http/body-budget.ts'
import { weightOfBytes } from '../http/body-budget.ts'
import type { CallIdentity } from '../http/call-identity.ts'
import { identityHeaders } from '../http/call-identity.ts'
import { ACCEPTED_ENCODINGS } from '../http/compression.ts'
import type { CallContext } from '../rpc.ts'
import { errorTrailers } from './error.ts'
import type { Frame } from './frames.ts'
import { createFrameReader, decompressFrame, toFrame } from './frames.ts'
import { assertProtobuf, parseTimeoutMs } from './headers.ts'

/*
 * One gRPC call on one HTTP/2 stream. Invariants:
 *  1. A call ends once: by its outcome, its deadline, its refusal or its client. What comes later changes nothing.
 *  2. Every end is observed, with the code that the client sees.
 *  3. When a call ends otherwise than by its outcome its signal aborts, and no handler is started for it any more.
 *  4. What was received counts against the budget until the stream is closed, or the message was handled.
 *  5. An answer of which the client reads nothing for `unreadTimeoutMs` is dropped, with its stream.
 */

export type Message = MessageShape<DescMethod['input']>

export interface GrpcCallOptions {
  readonly identity: CallIdentity
  readonly observed: ReturnType<CallObserver>
  readonly bodies: BodyBudget
  /** The largest message, in bytes; decompressed, too. */
  readonly maxMessageBytes: number
  /** How long a client may leave an answer unread; a stream on which nothing is left to send may be idle for ever. */
  readonly unreadTimeoutMs: number
}

export interface GrpcCall {
  readonly stream: ServerHttp2Stream
  readonly context: CallContext
  readonly hasEnded: boolean
  /**
   * Cuts what came in into messages.
   * @throws AppError
   */
  receive(chunk: Buffer): Frame[]
  /** @throws AppError when the client ended its side in the middle of a message */
  assertWhole(): void
  /** Gives back what was received so far: it has been handled. */
  release(): void
  /**
   * Decompresses and decodes a message.
   * @throws AppError
   */
  decode(schema: DescMethod['input'], frame: Frame): Message | Promise<Message>
  /** Sends a message; resolves when there is room for more. */
  send(schema: DescMethod['output'], message: Message): Promise<void>
  succeed(): void
  fail(thrown: unknown): void
}

/** Timers of Node reach no further; such a deadline is none. */
const MAX_TIMER_MS = 2 ** 31 - 1

const RESPONSE_HEADERS: OutgoingHttpHeaders = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': `identity,${ACCEPTED_ENCODINGS}`,
}

export function openCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { identity, observed, bodies, maxMessageBytes, unreadTimeoutMs }: GrpcCallOptions,
): GrpcCall {
  const responseHeaders = { ...RESPONSE_HEADERS, ...identityHeaders(identity) }
  const frames = createFrameReader(maxMessageBytes)
  const held = bodies.hold()
  const weight = weightOfBytes(headers)
  let hasEnded = false
  let deadline: NodeJS.Timeout | undefined
  let controller: AbortController | undefined
  let trailers: OutgoingHttpHeaders = { 'grpc-status': 0 }

  const respond = () => {
    stream.respond(responseHeaders, { waitForTrailers: true })
    stream.once('wantTrailers', () => {
      stream.sendTrailers(trailers)
      refuseRest()
    })
    // Node measures the time since a byte was sent or received
    stream.setTimeout(unreadTimeoutMs, () => {
      if (stream.writableLength > 0) stream.close(constants.NGHTTP2_CANCEL) // 5
    })
  }
  /** What is still to come of the request is not wanted (RFC 9113, section 8.1). */
  const refuseRest = () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
  }
  const end = (): boolean => {
    if (hasEnded) return false // 1
    hasEnded = true
    clearTimeout(deadline)
    return true
  }
  const fail = (thrown: unknown) => {
    if (!end()) return
    const error = observed.failed(thrown) // 2
    controller?.abort(error) // 3
    if (stream.destroyed || stream.closed) return
    trailers = errorTrailers(error, identity.requestId)
    if (stream.headersSent) {
      stream.end()
    } else {
      stream.respond({ ...responseHeaders, ...trailers }, { endStream: true })
      refuseRest()
    }
  }

  stream.on('error', () => undefined) // it is followed by `close`
  stream.once('close', () => {
    fail(cancelled())
    held.release() // 4
  })

  const call: GrpcCall = {
    stream,
    get hasEnded() {
      return hasEnded
    },
    context: {
      // made on demand: most calls are over before anyone would ask
      get signal() {
        controller ??= new AbortController()
        if (hasEnded) controller.abort(cancelled())
        return controller.signal
      },
      header: (name) => headerOf(headers, name),
      traceparent: identity.traceparent,
    },
    receive: (chunk) => {
      held.take(chunk.length * weight)
      return frames.push(chunk)
    },
    assertWhole: frames.assertWhole,
    release: held.release,
    decode: (schema, frame) => {
      if (!frame.isCompressed) return decodeMessage(schema, frame.bytes)
      const whole = decompressFrame(frame, headerOf(headers, 'grpc-encoding'), maxMessageBytes)
      return whole.then((bytes) => {
        if (hasEnded) throw cancelled() // what is held now would not be given back
        held.takeUpTo(bytes.length)
        return decodeMessage(schema, bytes)
      })
    },
    send: async (schema, message) => {
      const frame = toFrame(toBinary(schema, message))
      if (!stream.headersSent) respond()
      if (!stream.write(frame)) await once(stream, 'drain', { signal: call.context.signal })
    },
    succeed: () => {
      if (!end()) return
      observed.succeeded()
      if (stream.destroyed || stream.closed) return
      if (!stream.headersSent) respond()
      stream.end()
    },
    fail,
  }

  try {
    assertProtobuf(headers['content-type'])
    const timeoutMs = parseTimeoutMs(headerOf(headers, 'grpc-timeout'))
    if (timeoutMs === 0) throw deadlineExceeded()
    if (timeoutMs !== undefined && timeoutMs <= MAX_TIMER_MS) {
      deadline = setTimeout(() => fail(deadlineExceeded()), timeoutMs).unref()
    }
  } catch (thrown) {
    fail(thrown)
  }
  return call
}

/** A header as it came, of several only the first. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return [headers[name]].flat()[0]
}

function cancelled(): AppError {
  return new AppError(ErrorCode.Cancelled, 'The call was cancelled.')
}

function deadlineExceeded(): AppError {
  return new AppError(ErrorCode.DeadlineExceeded, "The call's deadline passed before it was answered.")
}
