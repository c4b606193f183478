import type { Random } from '../../../testkit/random.ts'
import type { CaseContext, Fuzzer, TestCase } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import { describeBytes, RESPONSE_TIMEOUT_MS } from '../wire/http-call.ts'
import { FrameType, http2Frame, PREFACE, sendHttp2 } from '../wire/http2-frames.ts'

export const http2Fuzzer: Fuzzer = { protocol: 'http2', weight: 5, generate: generateHttp2 }

/** Sends invalid HTTP/2 frames or a flood of them. The server answers a ping or closes the connection. */
function generateHttp2(context: CaseContext): TestCase {
  const { random, target } = context
  const chosen = Array.from({ length: random.integer(1, 3) }, () => random.pick(HOSTILE_FRAMES))
  const kept = chosen.filter((_, index) => context.isEnabled(index))
  context.applied.push(...kept.map(({ name }) => name))
  const settings = random.chance(0.9) ? [http2Frame(FrameType.Settings, 0, 0, Buffer.alloc(0))] : []
  const bytes = Buffer.concat([PREFACE, ...settings, ...kept.map(({ make }) => make(context.token(), random))])
  const service = random.pick(['intake', 'triage', 'insights'] as const)
  return {
    summary: 'HTTP/2 frames',
    request: () => describeBytes(bytes),
    run: async () => {
      const reaction = await sendHttp2(target.services[service].port, bytes, RESPONSE_TIMEOUT_MS)
      if (reaction !== 'timeout') return []
      return [{ oracle: Oracle.Timeout, expected: 'a ping ack or a closed connection', got: 'neither' }]
    },
  }
}

/** Encodes headers in HPACK as literals without indexing. Names and values have up to 126 bytes. */
function headerBlock(headers: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')])
  return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

const grpcHeaders = (token: string) =>
  headerBlock([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':authority', token],
    [':path', '/leadtriage.triage.v1.TriageService/GetQueue'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ])

const END_HEADERS = 4
const END_STREAM = 1
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
const repeat = (count: number, make: (index: number) => Buffer) =>
  Buffer.concat(Array.from({ length: count }, (_, i) => make(i)))
const odd = (index: number) => 2 * index + 1

interface HostileFrames {
  readonly name: string
  readonly make: (token: string, random: Random) => Buffer
}

const HOSTILE_FRAMES: readonly HostileFrames[] = [
  {
    name: 'random frame',
    make: (_token, random) => {
      const payload = Buffer.from(Array.from({ length: random.integer(0, 60) }, () => random.integer(0, 255)))
      return http2Frame(random.integer(0, 255), random.integer(0, 255), random.integer(0, 2 ** 32 - 1), payload)
    },
  },
  { name: 'unknown frame type', make: (token) => http2Frame(0xfa, 0xff, 0, Buffer.from(token)) },
  { name: 'frame too large', make: (token) => http2Frame(FrameType.Data, 0, 1, Buffer.from(token), 0xffffff) },
  { name: 'settings of the wrong size', make: () => http2Frame(FrameType.Settings, 0, 0, Buffer.alloc(5)) },
  { name: 'settings on a stream', make: () => http2Frame(FrameType.Settings, 0, 3, Buffer.alloc(0)) },
  {
    name: 'settings out of range',
    make: (_token, random) =>
      http2Frame(
        FrameType.Settings,
        0,
        0,
        Buffer.concat([Buffer.from([0, random.pick([2, 4, 5])]), uint32(0xffffffff)]),
      ),
  },
  {
    name: 'zero window',
    make: () => http2Frame(FrameType.Settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(0)])),
  },
  { name: 'settings flood', make: () => repeat(600, () => http2Frame(FrameType.Settings, 0, 0, Buffer.alloc(0))) },
  {
    name: 'ping flood',
    make: (token) => repeat(800, () => http2Frame(FrameType.Ping, 0, 0, Buffer.from(token.slice(0, 8)))),
  },
  { name: 'ping of the wrong size', make: () => http2Frame(FrameType.Ping, 0, 0, Buffer.alloc(7)) },
  { name: 'data on stream 0', make: (token) => http2Frame(FrameType.Data, 0, 0, Buffer.from(token)) },
  { name: 'data on an idle stream', make: (token) => http2Frame(FrameType.Data, 0, 9, Buffer.from(token)) },
  { name: 'padding longer than the frame', make: () => http2Frame(FrameType.Data, 8, 1, Buffer.from([200, 1, 2])) },
  { name: 'even stream', make: (token) => http2Frame(FrameType.Headers, END_HEADERS, 2, grpcHeaders(token)) },
  { name: 'stream 0', make: (token) => http2Frame(FrameType.Headers, END_HEADERS, 0, grpcHeaders(token)) },
  {
    name: 'broken HPACK',
    make: () => http2Frame(FrameType.Headers, END_HEADERS, 1, Buffer.from('ffffffffff7f', 'hex')),
  },
  { name: 'invalid HPACK index', make: () => http2Frame(FrameType.Headers, END_HEADERS, 1, Buffer.from([0xfe])) },
  {
    name: 'upper-case header name',
    make: (token) =>
      http2Frame(
        FrameType.Headers,
        END_HEADERS,
        1,
        headerBlock([
          [':method', 'POST'],
          [`X-${token.toUpperCase()}`, 'a'],
        ]),
      ),
  },
  {
    name: 'no pseudo headers',
    make: (token) => http2Frame(FrameType.Headers, END_HEADERS | END_STREAM, 1, headerBlock([['x-a', token]])),
  },
  {
    name: 'pseudo header after others',
    make: (token) =>
      http2Frame(
        FrameType.Headers,
        END_HEADERS,
        1,
        headerBlock([
          ['x-a', token],
          [':method', 'POST'],
        ]),
      ),
  },
  {
    name: 'connection header',
    make: (token) =>
      http2Frame(
        FrameType.Headers,
        END_HEADERS,
        1,
        Buffer.concat([grpcHeaders(token), headerBlock([['connection', 'close']])]),
      ),
  },
  {
    name: 'endless continuation',
    make: (token) =>
      Buffer.concat([
        http2Frame(FrameType.Headers, 0, 1, grpcHeaders(token)),
        repeat(400, (i) => http2Frame(FrameType.Continuation, 0, 1, headerBlock([[`x-${i}`, token]]))),
      ]),
  },
  {
    name: 'continuation without headers',
    make: (token) => http2Frame(FrameType.Continuation, END_HEADERS, 1, grpcHeaders(token)),
  },
  {
    name: 'rapid reset',
    make: (token) =>
      repeat(300, (i) =>
        Buffer.concat([
          http2Frame(FrameType.Headers, END_HEADERS, odd(i), grpcHeaders(token)),
          http2Frame(FrameType.RstStream, 0, odd(i), uint32(8)),
        ]),
      ),
  },
  {
    name: 'more streams than allowed',
    make: (token) => repeat(1_200, (i) => http2Frame(FrameType.Headers, END_HEADERS, odd(i), grpcHeaders(token))),
  },
  { name: 'reset of an idle stream', make: () => http2Frame(FrameType.RstStream, 0, 7, uint32(8)) },
  {
    name: 'window overflow',
    make: () => repeat(2, () => http2Frame(FrameType.WindowUpdate, 0, 0, uint32(0x7fffffff))),
  },
  { name: 'window update of 0', make: () => http2Frame(FrameType.WindowUpdate, 0, 0, uint32(0)) },
  {
    name: 'push promise',
    make: (token) => http2Frame(FrameType.PushPromise, END_HEADERS, 1, Buffer.concat([uint32(2), grpcHeaders(token)])),
  },
  {
    name: 'GOAWAY',
    make: (token) => http2Frame(FrameType.GoAway, 0, 0, Buffer.concat([uint32(0), uint32(1), Buffer.from(token)])),
  },
  {
    name: 'stream depends on itself',
    make: () => http2Frame(FrameType.Priority, 0, 1, Buffer.concat([uint32(1), Buffer.from([1])])),
  },
  {
    name: 'headers twice',
    make: (token) => repeat(2, () => http2Frame(FrameType.Headers, END_HEADERS, 1, grpcHeaders(token))),
  },
  {
    name: 'data after the end',
    make: (token) =>
      Buffer.concat([
        http2Frame(FrameType.Headers, END_HEADERS | END_STREAM, 1, grpcHeaders(token)),
        http2Frame(FrameType.Data, 0, 1, Buffer.from(token)),
      ]),
  },
]
