import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import type { BodyBudget } from './body-budget.ts'
import { weightOfBytes } from './body-budget.ts'
import { identifyCall } from './call-identity.ts'
import type { CallObserver } from './call-observer.ts'
import { toServiceError } from './grpc-error.ts'
import type { RpcService } from './rpc.ts'

/**
 * Node tells of every stream of an HTTP/2 server before the server itself hears of it. grpc-js keeps what comes of a
 * message until it is whole, for any number of calls, and lets nobody look.
 */
const CHANNEL = 'http2.server.stream.created'

/**
 * Counts what comes in gRPC calls, those of the whole process, and answers for a call that would go over the budget.
 * @returns what ends the counting
 */
export function boundGrpcBodies(
  budget: BodyBudget,
  services: readonly RpcService[],
  observe: CallObserver,
): () => void {
  const names = new Map(
    services.flatMap(({ methods }) =>
      methods.map(({ descriptor: { parent, name } }) => [`/${parent.typeName}/${name}`, name]),
    ),
  )
  const begin = (message: unknown) => {
    const { stream, headers } = message as NewStream
    const held = budget.hold()
    const weight = weightOfBytes(headers)
    let refused = false
    stream.on('data', (chunk: Buffer) => {
      if (refused) return
      try {
        held.take(chunk.length * weight)
      } catch (thrown) {
        refused = true
        const identity = identifyCall((name) => headers[name]?.toString())
        const call = observe('grpc', names.get(String(headers[':path'])) ?? 'unknown', identity)
        refuse(stream, toServiceError(call.failed(thrown), identity))
      }
    })
    stream.pause() // nothing may come before grpc-js listens too
    stream.once('close', held.release)
  }
  subscribe(CHANNEL, begin)
  return () => unsubscribe(CHANNEL, begin)
}

/** As the documentation of Node's diagnostics channels has it. */
interface NewStream {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
}

function refuse(stream: ServerHttp2Stream, error: ReturnType<typeof toServiceError>): void {
  const { code, details, metadata } = error
  if (stream.headersSent || stream.destroyed) return
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': code,
      'grpc-message': encodeURI(details),
      ...metadata.toHttp2Headers(),
    },
    { endStream: true },
  )
  stream.close(constants.NGHTTP2_NO_ERROR) // the rest of the body is not wanted (RFC 9113, section 8.1)
}
