import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { HealthCheckRequestSchema } from '../../gen/health/v1/health_pb.ts'
import { framesOf } from './frames-of.ts'
import { createFrameReader } from './grpc/frames.ts'

const messages = ['one', 'two'].map((service) => create(HealthCheckRequestSchema, { service }))

test('messages that are sent at once become one frame each, and are encoded once for all streams', () => {
  for (const encoding of ['binary', 'json'] as const) {
    const frames = framesOf(HealthCheckRequestSchema, messages, encoding)
    const alone = messages.map((message) => framesOf(HealthCheckRequestSchema, message, encoding))
    expect(frames).toEqual(Buffer.concat(alone))
    expect(framesOf(HealthCheckRequestSchema, messages, encoding)).toBe(frames)
    expect(createFrameReader(100).push(Buffer.from(frames))).toHaveLength(2)
  }
})
