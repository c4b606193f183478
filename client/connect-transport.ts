import type { DescMethodStreaming, DescMethodUnary, JsonValue } from '@bufbuild/protobuf'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError, createContextValues, type Transport } from '@connectrpc/connect'
import {
  createEnvelopeReadableStream,
  createMethodUrl,
  encodeEnvelope,
  runStreamingCall,
  runUnaryCall,
} from '@connectrpc/connect/protocol'
import {
  endStreamFlag,
  endStreamFromJson,
  errorFromJson,
  requestHeader,
  trailerDemux,
  validateResponse,
} from '@connectrpc/connect/protocol-connect'

/*
 * The transport of @connectrpc/connect-web for the Connect protocol, reduced to binary messages. Without JSON, which
 * connect-web always includes, the client is a fifth smaller in a browser (docs/decisions/045-typed-client.md).
 */

interface Options {
  readonly baseUrl: string
  readonly fetch?: typeof globalThis.fetch
}

const BINARY = true

/** For unary and server-streaming methods. */
export function createBinaryConnectTransport({ baseUrl, fetch = globalThis.fetch }: Options): Transport {
  const requestOf = (
    method: DescMethodUnary | DescMethodStreaming,
    timeoutMs: number | undefined,
    header?: ConstructorParameters<typeof Headers>[0],
  ) => ({
    service: method.parent,
    requestMethod: 'POST',
    url: createMethodUrl(baseUrl, method),
    header: requestHeader(method.methodKind, BINARY, timeoutMs, header, false),
    contextValues: createContextValues(),
  })
  const post = (url: string, headers: Headers, signal: AbortSignal, body: Uint8Array<ArrayBuffer>) =>
    fetch(url, { method: 'POST', redirect: 'error', headers, signal, body })

  return {
    unary: (method, signal, timeoutMs, header, message) =>
      runUnaryCall({
        ...deadlineOf(signal, timeoutMs),
        req: { ...requestOf(method, positive(timeoutMs), header), stream: false, method, message },
        next: async (request) => {
          const response = await post(
            request.url,
            request.header,
            request.signal,
            toBinary(method.input, request.message),
          )
          const { headers } = response
          const { isUnaryError, unaryError } = validateResponse(method.methodKind, BINARY, response.status, headers)
          if (isUnaryError) throw errorFromJson((await response.json()) as JsonValue, headers, unaryError)
          const [responseHeader, trailer] = trailerDemux(headers)
          const body = fromBinary(method.output, new Uint8Array(await response.arrayBuffer()))
          return { stream: false, service: method.parent, method, header: responseHeader, trailer, message: body }
        },
      }),
    stream: (method, signal, timeoutMs, header, input) =>
      runStreamingCall({
        ...deadlineOf(signal, timeoutMs),
        req: { ...requestOf(method, positive(timeoutMs), header), stream: true, method, message: input },
        next: async (request) => {
          const { value } = await request.message[Symbol.asyncIterator]().next()
          const body = encodeEnvelope(0, toBinary(method.input, value))
          const response = await post(request.url, request.header, request.signal, body)
          validateResponse(method.methodKind, BINARY, response.status, response.headers)
          const trailer = new Headers()
          const message = readMessages(response, trailer, (bytes) => fromBinary(method.output, bytes))
          return { ...request, stream: true, header: response.headers, trailer, message }
        },
      }),
  }
}

/** 0 stands for no deadline. */
function positive(timeoutMs: number | undefined): number | undefined {
  return timeoutMs === 0 ? undefined : timeoutMs
}

function deadlineOf(signal: AbortSignal | undefined, timeoutMs: number | undefined) {
  const limit = positive(timeoutMs)
  return { ...(signal && { signal }), ...(limit !== undefined && { timeoutMs: limit }) }
}

/** The messages of a response. The last part is JSON with the error or the trailers; without it, the response broke. */
async function* readMessages<T>(
  { body, headers }: Response,
  trailer: Headers,
  parse: (bytes: Uint8Array) => T,
): AsyncGenerator<T, void, undefined> {
  if (body === null) throw new ConnectError('missing response body', Code.Internal, headers)
  const reader = createEnvelopeReadableStream(body).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) throw 'missing EndStreamResponse' // as connect-web does: becomes an error without a response
    if ((value.flags & endStreamFlag) === 0) {
      yield parse(value.data)
      continue
    }
    const { error, metadata } = endStreamFromJson(value.data)
    if (error) throw error
    for (const [name, entry] of metadata) trailer.set(name, entry)
    return
  }
}
