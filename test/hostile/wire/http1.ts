import { connect } from 'node:net'

/*
 * An HTTP/1.1 connection that sends arbitrary bytes and parses responses strictly: it rejects what a client library would
 * tolerate.
 */

export interface HttpResponse {
  readonly status: number
  /** Names are in lower case. The values of a repeated header are joined by commas. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** A response, or why there is none. */
export type NextResponse = HttpResponse | 'closed' | 'timeout' | { readonly malformed: string }

export interface Http1Connection {
  write(bytes: Buffer | string): void
  /** Closes the sending half of the connection. */
  end(): void
  destroy(): void
  /** Returns the next response, skipping interim ones (1xx). */
  next(options: { timeoutMs: number; toHead?: boolean }): Promise<NextResponse>
}

export function openHttp1(port: number): Http1Connection {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  let received = Buffer.alloc(0)
  let ended = false
  let wake: (() => void) | undefined
  const onEnd = () => {
    ended = true
    wake?.()
  }
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    wake?.()
  })
  socket.on('end', () => {
    onEnd()
    socket.end() // not done automatically with allowHalfOpen
  })
  socket.on('error', onEnd).on('close', onEnd)

  return {
    write: (bytes) => {
      if (socket.writable) socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    next: async ({ timeoutMs, toHead = false }) => {
      const deadline = performance.now() + timeoutMs
      for (;;) {
        const parsed = parseResponse(received, { toHead, ended })
        if (parsed === 'incomplete') {
          if (ended) return received.length === 0 ? 'closed' : { malformed: describe(received) }
          const left = deadline - performance.now()
          if (left <= 0) return 'timeout'
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, left)
            wake = () => {
              clearTimeout(timer)
              resolve()
            }
          })
        } else if ('malformed' in parsed) {
          return parsed
        } else {
          received = received.subarray(parsed.length)
          if (parsed.response.status >= 200) return parsed.response
        }
      }
    },
  }
}

type Parsed = 'incomplete' | { malformed: string } | { response: HttpResponse; length: number }

function parseResponse(bytes: Buffer, { toHead, ended }: { toHead: boolean; ended: boolean }): Parsed {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return 'incomplete'
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
  if (!status) return { malformed: describe(bytes) }
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9a-z-]+):[ \t]*(.*)$/i.exec(line) ?? []
    if (name === undefined) return { malformed: `header ${JSON.stringify(line)}` }
    const before = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`)
  }
  const start = headEnd + 4
  const response = (body: Buffer, length: number) => ({ response: { status, headers, body }, length })
  if (toHead || status < 200 || status === 204 || status === 304) return response(Buffer.alloc(0), start)
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') {
    const chunks = parseChunks(bytes, start)
    return typeof chunks === 'string' || 'malformed' in chunks ? chunks : response(chunks.body, chunks.end)
  }
  const length = headers.get('content-length')
  if (length === undefined) return ended ? response(bytes.subarray(start), bytes.length) : 'incomplete'
  if (!/^\d+$/.test(length)) return { malformed: `content-length ${length}` }
  const end = start + Number(length)
  return bytes.length < end ? 'incomplete' : response(bytes.subarray(start, end), end)
}

function parseChunks(
  bytes: Buffer,
  start: number,
): 'incomplete' | { malformed: string } | { body: Buffer; end: number } {
  const chunks: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return 'incomplete'
    const size = bytes.toString('latin1', at, lineEnd)
    if (!/^[0-9a-f]+$/i.test(size)) return { malformed: `chunk size ${JSON.stringify(size)}` }
    const from = lineEnd + 2
    const to = from + Number.parseInt(size, 16)
    if (bytes.length < to + 2) return 'incomplete'
    if (to === from) return { body: Buffer.concat(chunks), end: to + 2 }
    chunks.push(bytes.subarray(from, to))
    at = to + 2
  }
}

function describe(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1', 0, 120))
}
