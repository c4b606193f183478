import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2'
import { connect, constants } from 'node:http2'

/** The outcome of an HTTP/2 stream. */
export interface Http2Outcome {
  /** Response headers; undefined if none arrived. */
  readonly headers: ReadonlyMap<string, string> | undefined
  readonly trailers: ReadonlyMap<string, string>
  readonly body: Buffer
  readonly ended: 'whole' | 'reset' | 'timeout' | 'refused'
}

export interface Http2Call {
  readonly headers: OutgoingHttpHeaders
  /** Written in sequence. */
  readonly writes: readonly Buffer[]
  /** Whether to end the client's half of the stream after the writes. */
  readonly end: boolean
  /** When to reset the stream, after the last write. */
  readonly resetAfterMs: number | undefined
  readonly timeoutMs: number
}

export function openHttp2(url: string): ClientHttp2Session {
  const session = connect(url)
  session.on('error', () => session.destroy()) // its streams report the outcome
  return session
}

export function callHttp2(session: ClientHttp2Session, call: Http2Call): Promise<Http2Outcome> {
  return new Promise((resolve) => {
    let headers: ReadonlyMap<string, string> | undefined
    let trailers: ReadonlyMap<string, string> = new Map()
    const chunks: Buffer[] = []
    const finish = (ended: Http2Outcome['ended']) => {
      clearTimeout(timer)
      resolve({ headers, trailers, body: Buffer.concat(chunks), ended })
    }
    const timer = setTimeout(() => finish('timeout'), call.timeoutMs)
    if (session.closed || session.destroyed) return finish('refused')
    let stream: ReturnType<ClientHttp2Session['request']>
    try {
      stream = session.request(call.headers, { endStream: false })
    } catch {
      return finish('refused')
    }
    stream.on('response', (received) => {
      headers = toMap(received)
    })
    stream.on('trailers', (received) => {
      trailers = toMap(received)
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => undefined)
    stream.on('close', () => finish(stream.rstCode === constants.NGHTTP2_NO_ERROR ? 'whole' : 'reset'))
    for (const bytes of call.writes) stream.write(bytes)
    if (call.end) stream.end()
    if (call.resetAfterMs !== undefined) setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), call.resetAfterMs)
  })
}

function toMap(headers: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
