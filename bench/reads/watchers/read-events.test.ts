import { create, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import {
  type WatchInsightsResponse,
  WatchInsightsResponseSchema,
} from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { encodeEvent } from '../../../lib/server/rest/event-stream.ts'
import { planWatchers, type StoredInsight } from './mix.ts'
import { readChunkedResponse, readFrames, readServerSentEvents, type WatchEvents } from './read-events.ts'

const IDS = ['0198c5f2-0000-7000-8000-000000000001', '0198c5f2-0000-7000-8000-000000000002']

function recordEvents() {
  const seen: string[] = []
  const events: WatchEvents = {
    insight: (id) => seen.push(id),
    synchronized: () => seen.push('synchronized'),
    failed: (reason) => seen.push(`failed: ${reason}`),
  }
  return { seen, events }
}

function frame(event: WatchInsightsResponse['event']): Buffer {
  const message = toBinary(WatchInsightsResponseSchema, create(WatchInsightsResponseSchema, { event }))
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

function chunked(parts: readonly Buffer[]): Buffer {
  const chunks = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
  return Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'), ...chunks])
}

const sse = ['synchronized', ...IDS].map((id) =>
  Buffer.from(
    id === 'synchronized'
      ? encodeEvent({ event: id, data: {} })
      : encodeEvent({ event: 'insight', data: { lead: { id, note: 'é' } } }),
  ),
)
const frames = [
  frame({ case: 'synchronized', value: { openLeadsTruncated: true } as never }),
  ...IDS.map((id) => frame({ case: 'insight', value: { lead: { id, note: 'n'.repeat(300) } } as never })),
]

test.each([
  ['server-sent events', chunked(sse), readServerSentEvents],
  ['frames of Connect', chunked(frames), readFrames],
])('%s are read wherever the reads of the socket end', (_, bytes, reader) => {
  for (let size = 1; size <= bytes.length; size += 1) {
    const { seen, events } = recordEvents()
    const read = readChunkedResponse(reader(events), events)
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
    expect(seen, `in reads of ${size} bytes`).toEqual(['synchronized', ...IDS])
  }
})

test('a refused or ended response is a failure', () => {
  const { seen, events } = recordEvents()
  readChunkedResponse(readServerSentEvents(events), events)(Buffer.from('HTTP/1.1 503 No\r\n\r\n0\r\n\r\n'))
  expect(seen).toEqual([expect.stringContaining('503'), 'failed: the response has ended'])
})

test('the watchers are of the documented kinds and protocols', () => {
  const plans = planWatchers(1_000)
  const share = (insight: Partial<StoredInsight>) =>
    plans.filter(({ filter }) => filter.matches(insight as StoredInsight)).length
  expect([share({}), share({ priority: 'P0' }), share({ source: 'fair' }), share({ intent: 'buy' })]).toEqual([
    10, 341, 120, 75,
  ])
  const count = (name: string) => plans.filter(({ protocol }) => protocol === name).length
  expect(['SSE', 'Connect', 'gRPC'].map(count)).toEqual([502, 249, 249])
})
