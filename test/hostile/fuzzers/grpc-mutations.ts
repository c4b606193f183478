import { gzipSync } from 'node:zlib'
import { FrameFlag, frame } from '../../../testkit/clients/grpc-frames.ts'
import type { Expectation, Mutation } from '../fuzzer.ts'
import { demand, permit } from '../fuzzer.ts'
import { breakBinary } from './break-binary.ts'
import { hostileHeader } from './hostile-headers.ts'
import type { RpcCall } from './rpc-calls.ts'
import {
  CANCELLED,
  DEADLINE_EXCEEDED,
  INTERNAL,
  INVALID_ARGUMENT,
  RESOURCE_EXHAUSTED,
  UNIMPLEMENTED,
} from './rpc-calls.ts'

/** A call over gRPC or gRPC-Web. */
export interface GrpcDraft extends Expectation {
  readonly call: RpcCall
  message: Buffer
  /** Sent instead of the message in a single frame. */
  frames: Buffer | undefined
  readonly headers: [string, string][]
}

/** A mutation of the frame. INTERNAL is allowed where the gRPC specification prescribes it. */
function framed(
  name: string,
  toFrames: (message: Buffer, draft: GrpcDraft, token: string) => Buffer,
  ...codes: number[]
): Mutation<GrpcDraft> {
  return {
    name,
    apply: (draft, context) => {
      if (draft.frames !== undefined || (name === 'length too short' && draft.message.length < 4)) return false
      draft.frames = toFrames(draft.message, draft, context.token())
      demand(draft, ...codes)
    },
  }
}

const has = (draft: GrpcDraft, name: string) => draft.headers.some(([candidate]) => candidate === name)

export const MESSAGE_MUTATIONS: readonly Mutation<GrpcDraft>[] = [
  {
    name: 'broken binary',
    part: 'message',
    apply: (draft, context, random) => {
      if (draft.frames !== undefined) return false
      draft.message = breakBinary(draft.message, draft.call.method, context, random)
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'unknown fields',
    part: 'message',
    apply: (draft, context) => {
      if (draft.frames !== undefined) return false
      const bytes = Buffer.from(context.token())
      draft.message = Buffer.concat([draft.message, Buffer.from([0xfa, 0x7f, bytes.length]), bytes]) // field 2047
    },
  },
  {
    name: 'timeout',
    apply: (draft, _making, random) => {
      if (has(draft, 'grpc-timeout')) return false
      draft.headers.push(['grpc-timeout', random.pick(['1n', '1u', '1m', '2m', '5m', '50m', '0S', '99999999H'])])
      permit(draft, DEADLINE_EXCEEDED, CANCELLED)
    },
  },
  {
    name: 'invalid timeout',
    apply: (draft, context, random) => {
      if (has(draft, 'grpc-timeout')) return false
      draft.headers.push([
        'grpc-timeout',
        random.pick(['1', 'abc', '123456789S', '-1S', '1.5S', '1 S', context.token()]),
      ])
      permit(draft, INVALID_ARGUMENT, INTERNAL)
    },
  },
  {
    name: 'hostile header',
    apply: (draft, context, random) => {
      const [name, value] = hostileHeader(context, random)
      if (name === 'te' || name === 'grpc-timeout' || name.startsWith('accept')) return false
      draft.headers.push([name, value])
    },
  },
  {
    name: 'invalid binary metadata',
    apply: (draft, context, random) => {
      draft.headers.push([`x-${context.token()}-bin`, random.pick(['!!!', context.token(), '====', 'a', 'YQ,YQ', ''])])
    },
  },
]

export const FRAME_MUTATIONS: readonly Mutation<GrpcDraft>[] = [
  framed(
    'length too long',
    (message) => frame(message, 0, message.length + 10),
    INVALID_ARGUMENT,
    INTERNAL,
    CANCELLED,
    UNIMPLEMENTED,
  ),
  framed('length far too long', (message) => frame(message, 0, 0xffffffff), RESOURCE_EXHAUSTED, INVALID_ARGUMENT),
  framed(
    'length too short',
    (message) => frame(message, 0, message.length - 3),
    INVALID_ARGUMENT,
    INTERNAL,
    UNIMPLEMENTED,
  ),
  framed('half a prefix', () => Buffer.from([0, 0, 0]), INVALID_ARGUMENT, INTERNAL, UNIMPLEMENTED),
  framed('no message', () => Buffer.alloc(0), INVALID_ARGUMENT, INTERNAL, UNIMPLEMENTED),
  framed(
    'two messages',
    (message) => Buffer.concat([frame(message), frame(message)]),
    INVALID_ARGUMENT,
    INTERNAL,
    UNIMPLEMENTED,
  ),
  framed(
    'no frame',
    (_message, _draft, token) => Buffer.from(`{"note":"${token}"}`),
    INVALID_ARGUMENT,
    INTERNAL,
    RESOURCE_EXHAUSTED,
  ),
  framed(
    'compressed without grpc-encoding',
    (message) => frame(gzipSync(message), FrameFlag.Compressed),
    INVALID_ARGUMENT,
    INTERNAL,
    UNIMPLEMENTED,
  ),
  framed('compressed', (message, draft) => {
    draft.headers.push(['grpc-encoding', 'gzip'])
    return frame(gzipSync(message), FrameFlag.Compressed)
  }),
  framed(
    'broken gzip',
    (message, draft, token) => {
      draft.headers.push(['grpc-encoding', 'gzip'])
      return frame(message.length % 2 ? gzipSync(message).subarray(0, -9) : Buffer.from(token), FrameFlag.Compressed)
    },
    INVALID_ARGUMENT,
    INTERNAL,
  ),
  framed(
    'unknown encoding',
    (message, draft, token) => {
      draft.headers.push(['grpc-encoding', token])
      return frame(message, FrameFlag.Compressed)
    },
    UNIMPLEMENTED,
    INVALID_ARGUMENT,
    INTERNAL,
  ),
  {
    name: 'gzip bomb',
    apply: (draft, _making, random) => {
      if (draft.frames !== undefined || !random.chance(0.1)) return false
      draft.headers.push(['grpc-encoding', 'gzip'])
      draft.frames = frame(gzipSync(Buffer.alloc(20 * 2 ** 20, 0x20)), FrameFlag.Compressed)
      demand(draft, RESOURCE_EXHAUSTED, INVALID_ARGUMENT)
    },
  },
  {
    name: 'too large',
    apply: (draft, _making, random) => {
      if (draft.frames !== undefined || !random.chance(0.1)) return false
      draft.frames = frame(Buffer.alloc(8 * 2 ** 20 + 1, 0x20))
      demand(draft, RESOURCE_EXHAUSTED)
    },
  },
]
