import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { create, toBinary } from '@bufbuild/protobuf'
import { InsightsService, WatchInsightsRequestSchema } from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { WatchFilter } from './mix.ts'
import { WatchProtocol } from './mix.ts'
import type { WatchEvents } from './read-events.ts'
import { readChunkedResponse, readFrames, readServerSentEvents } from './read-events.ts'

/** Opens a watch over one of the protocols. */
export type OpenWatch = (filter: WatchFilter, events: WatchEvents) => void

/** Watchers over gRPC that share a connection, like those of one service. */
const STREAMS_PER_CONNECTION = 10
/** Other gRPC clients than Node's adjust theirs to about this. */
const WINDOW_BYTES = 1024 * 1024
const READ_BUFFER_BYTES = 256 * 1024
const METHOD_PATH = `/${InsightsService.typeName}/${InsightsService.method.watchInsights.name}`

/** @param url of insights, without TLS */
export function createConnections(url: string): Record<WatchProtocol, OpenWatch> {
  const { host, hostname, port } = new URL(url)
  // one buffer for all sockets: what was read is looked at before the next read
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)
  const openHttp1 = (request: string | Buffer, read: (bytes: Buffer) => void, events: WatchEvents) => {
    const callback = (length: number) => {
      read(buffer.subarray(0, length))
      return true
    }
    const socket = connect({ host: hostname, port: Number(port), onread: { buffer, callback } })
    socket.on('error', (error) => events.failed(String(error)))
    socket.on('close', () => events.failed('the connection was closed'))
    socket.write(request)
  }
  let session: ClientHttp2Session | undefined
  let streams = 0
  return {
    [WatchProtocol.Sse]: ({ query }, events) => {
      const request = `GET /insights/stream?${query} HTTP/1.1\r\nhost: ${host}\r\n\r\n`
      openHttp1(request, readChunkedResponse(readServerSentEvents(events), events), events)
    },
    [WatchProtocol.Connect]: ({ message }, events) => {
      const body = requestFrame(message)
      const head =
        `POST ${METHOD_PATH} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/connect+proto\r\n` +
        `connect-protocol-version: 1\r\ncontent-length: ${body.length}\r\n\r\n`
      const request = Buffer.concat([Buffer.from(head), body])
      openHttp1(request, readChunkedResponse(readFrames(events), events), events)
    },
    [WatchProtocol.Grpc]: ({ message }, events) => {
      if (streams++ % STREAMS_PER_CONNECTION === 0) session = connectWithWindow(url)
      const stream = session?.request({
        ':method': 'POST',
        ':path': METHOD_PATH,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      stream?.on('data', readFrames(events))
      stream?.on('error', (error) => events.failed(String(error)))
      stream?.on('close', () => events.failed('the stream was closed'))
      stream?.end(requestFrame(message))
    },
  }
}

function connectWithWindow(url: string): ClientHttp2Session {
  const session = connectHttp2(url, { settings: { initialWindowSize: WINDOW_BYTES } })
  session.once('connect', () => session.setLocalWindowSize(STREAMS_PER_CONNECTION * WINDOW_BYTES))
  return session
}

function requestFrame(filter: WatchFilter['message']): Buffer {
  const message = toBinary(WatchInsightsRequestSchema, create(WatchInsightsRequestSchema, { filter }))
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}
