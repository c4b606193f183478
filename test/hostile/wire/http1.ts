import { connect } from 'node:net'

/*
 * An HTTP/1.1 connection on which any bytes can be sent, and whose answers are read strictly: what a client library would
 * tolerate is a fault here.
 */

export interface Answer {
  readonly status: number
  /** Names in lower case; values of repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** What came next: an answer, the end of the connection, nothing in time, or bytes that are no HTTP. */
export type Next = Answer | 'closed' | 'timeout' | { readonly malformed: string }

export interface Http1Connection {
  write(bytes: Buffer | string): void
  /** Sends no more, and still reads. */
  end(): void
  destroy(): void
  /** The next answer that is not an interim one. */
  next(options: { timeoutMs: number; toHead?: boolean }): Promise<Next>
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
    socket.end() // with allowHalfOpen our half stays open otherwise
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
        const parsed = parseAnswer(received, { toHead, ended })
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
          if (parsed.answer.status >= 200) return parsed.answer
        }
      }
    },
  }
}

type Parsed = 'incomplete' | { malformed: string } | { answer: Answer; length: number }

function parseAnswer(bytes: Buffer, { toHead, ended }: { toHead: boolean; ended: boolean }): Parsed {
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
  const answer = (body: Buffer, length: number) => ({ answer: { status, headers, body }, length })
  if (toHead || status < 200 || status === 204 || status === 304) return answer(Buffer.alloc(0), start)
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') {
    const chunks = parseChunks(bytes, start)
    return typeof chunks === 'string' || 'malformed' in chunks ? chunks : answer(chunks.body, chunks.end)
  }
  const length = headers.get('content-length')
  if (length === undefined) return ended ? answer(bytes.subarray(start), bytes.length) : 'incomplete'
  if (!/^\d+$/.test(length)) return { malformed: `content-length ${length}` }
  const end = start + Number(length)
  return bytes.length < end ? 'incomplete' : answer(bytes.subarray(start, end), end)
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
