import { once } from 'node:events'
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import type { DescMethod, MessageShape } from '@bufbuild/protobuf'
import { toBinary } from '@bufbuild/protobuf'
import type { AccessControl, RequiredScope } from '../../auth/access-control.ts'
import { ANONYMOUS, type Principal } from '../../auth/principal.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallObserver } from '../call-observer.ts'
import { decodeMessage } from '../decode-message.ts'
import type { StreamedMessages } from '../frames-of.ts'
import { framesOf } from '../frames-of.ts'
import { deadlineExceeded, MAX_TIMER_MS } from '../http/abort-when-closed.ts'
import type { BodyBudget } from '../http/body-budget.ts'
import { weightOfBytes } from '../http/body-budget.ts'
import type { CallIdentity } from '../http/call-identity.ts'
import { identityHeaders } from '../http/call-identity.ts'
import type { ClientAddress } from '../http/client-address.ts'
import { ACCEPTED_ENCODINGS } from '../http/compression.ts'
import { recheckAccess } from '../recheck-access.ts'
import type { CallContext } from '../rpc.ts'
import { createSink, sendItems } from '../send-items.ts'
import { errorTrailers } from './error.ts'
import type { Frame } from './frames.ts'
import { createFrameReader, decompressFrame, toFrame } from './frames.ts'
import { assertProtobuf, parseTimeoutMs } from './headers.ts'

/*
 * One gRPC call on one HTTP/2 stream. Invariants:
 *  1. A call ends once: with its outcome, its deadline, a rejection or a cancellation. Later events have no effect.
 *  2. Every end is recorded, with the code that the client receives.
 *  3. If a call ends before its outcome, its signal aborts and no method is started for it.
 *  4. Received bytes count against the budget until the stream is closed or the message was handled.
 *  5. No message is read before the call is admitted.
 *  6. A response of which the client reads nothing for `unreadTimeoutMs` is dropped, and its stream is closed.
 */

export type Message = MessageShape<DescMethod['input']>

export interface GrpcCallOptions {
  readonly identity: CallIdentity
  readonly observed: ReturnType<CallObserver>
  readonly addressOf: ClientAddress
  readonly bodies: BodyBudget
  /** The maximum size of a message in bytes, before and after decompression. */
  readonly maxMessageBytes: number
  /** How long a client may leave response bytes unread. A stream with nothing to send may be idle without limit. */
  readonly unreadTimeoutMs: number
  /** Interval at which the credential of a stream is checked. */
  readonly recheckMs?: number | undefined
}

export interface GrpcCall {
  readonly stream: ServerHttp2Stream
  readonly context: CallContext
  readonly hasEnded: boolean
  /**
   * Starts the call once access control permits it, and fails it otherwise.
   * @param start must begin to read the stream at once; not called if the call has ended meanwhile
   */
  admit(access: AccessControl, required: RequiredScope, start: () => void): void
  /**
   * Splits received bytes into messages.
   * @throws AppError
   */
  receive(chunk: Buffer): Frame[]
  /** @throws AppError if the client ended its side in the middle of a message */
  assertComplete(): void
  /** Releases the budget of everything received so far, after it has been handled. */
  release(): void
  /**
   * Decompresses and decodes a message.
   * @throws AppError
   */
  decode(schema: DescMethod['input'], frame: Frame): Message | Promise<Message>
  /** Sends the message of a unary call. Resolves when the stream accepts more. */
  send(schema: DescMethod['output'], message: Message): Promise<void>
  /** Sends the headers at once, and messages as they come, see {@link sendItems}. Rejects when the call has ended. */
  sendAll(schema: DescMethod['output'], messages: AsyncIterable<StreamedMessages>): Promise<void>
  succeed(): void
  fail(thrown: unknown): void
}

const RESPONSE_HEADERS: OutgoingHttpHeaders = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': `identity,${ACCEPTED_ENCODINGS}`,
}

export function openCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { identity, observed, addressOf, bodies, maxMessageBytes, unreadTimeoutMs, recheckMs }: GrpcCallOptions,
): GrpcCall {
  const responseHeaders = { ...RESPONSE_HEADERS, ...identityHeaders(identity) }
  const frames = createFrameReader(maxMessageBytes)
  const reservation = bodies.reserve()
  const weight = weightOfBytes(headers)
  let hasEnded = false
  let deadline: NodeJS.Timeout | undefined
  let controller: AbortController | undefined
  let principal: Principal = ANONYMOUS
  let trailers: OutgoingHttpHeaders = { 'grpc-status': 0 }
  let stopChecks: (() => void) | undefined
  let admitAgain: (() => Principal | Promise<Principal>) | undefined

  const respond = () => {
    stream.respond(responseHeaders, { waitForTrailers: true })
    stream.once('wantTrailers', () => {
      stream.sendTrailers(trailers)
      stopRequest()
    })
    return createSink(stream, unreadTimeoutMs, () => stream.close(constants.NGHTTP2_CANCEL)) // 6
  }
  /** Asks the client to stop sending the request (RFC 9113, section 8.1). */
  const stopRequest = () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
  }
  const end = (): boolean => {
    if (hasEnded) return false // 1
    hasEnded = true
    clearTimeout(deadline)
    stopChecks?.()
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
      stopRequest()
    }
  }

  stream.on('error', () => undefined) // `close` follows
  stream.once('close', () => {
    fail(cancelled())
    reservation.release() // 4
  })

  const address = addressOf(stream.session?.socket.remoteAddress, headerOf(headers, 'x-forwarded-for'))
  const header = (name: string) => headerOf(headers, name)
  const call: GrpcCall = {
    stream,
    get hasEnded() {
      return hasEnded
    },
    admit: (access, required, start) => {
      const setHeader = (name: string, value: string) => void Object.assign(responseHeaders, { [name]: value })
      const admitted = (by: Principal) => {
        principal = by
        if (!hasEnded) start() // 5
      }
      const incoming = { address, httpMethod: undefined, header, setHeader }
      admitAgain = () => access.admit({ ...incoming, isOngoing: true, setHeader: () => undefined }, required)
      try {
        const by = access.admit(incoming, required)
        if (by instanceof Promise) by.then(admitted).catch(fail)
        else admitted(by)
      } catch (thrown) {
        fail(thrown)
      }
    },
    context: {
      // created on demand: most calls end without it
      get signal() {
        controller ??= new AbortController()
        if (hasEnded) controller.abort(cancelled())
        return controller.signal
      },
      get principal() {
        return principal
      },
      address,
      requestId: identity.requestId,
      header,
      traceparent: identity.traceparent,
    },
    receive: (chunk) => {
      reservation.take(chunk.length * weight)
      return frames.push(chunk)
    },
    assertComplete: frames.assertComplete,
    release: reservation.release,
    decode: (schema, frame) => {
      if (!frame.isCompressed) return decodeMessage(schema, frame.bytes)
      const decompressed = decompressFrame(frame, { headers, maxBytes: maxMessageBytes })
      return decompressed.then((bytes) => {
        if (hasEnded) throw cancelled() // bytes taken now would never be released
        reservation.takeUpTo(bytes.length)
        return decodeMessage(schema, bytes)
      })
    },
    send: async (schema, message) => {
      if (hasEnded) throw cancelled()
      const frame = toFrame(toBinary(schema, message))
      if (!respond().write(frame)) await once(stream, 'drain', { signal: call.context.signal })
    },
    sendAll: async (schema, messages) => {
      if (hasEnded) throw cancelled()
      stopChecks = admitAgain && recheckAccess({ principal, admit: admitAgain, end: fail, intervalMs: recheckMs })
      await sendItems(messages, respond(), (sent) => framesOf(schema, sent, 'binary'), call.context.signal)
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

/** The value of a header; the first one if it is repeated. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return [headers[name]].flat()[0]
}

function cancelled(): AppError {
  return new AppError(ErrorCode.Cancelled, 'The call was cancelled.')
}
