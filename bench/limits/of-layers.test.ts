import { expect, test } from 'vitest'
import { createLatencyRecorder } from '../load/latency.ts'
import { PEERS } from '../peers/peers.ts'
import { type Limit, LimitName } from './limits.ts'
import { LAYERS_OF_ANSWER, LAYERS_OF_PROTOCOL, LAYERS_OF_READS, ofLayers, timesLayers } from './of-layers.ts'

const latency = (ms: number) => {
  const recorder = createLatencyRecorder()
  recorder.record(ms)
  return recorder.summary()
}
const limit = (name: LimitName, perSecond: number, ms: number): Limit => ({
  ...{ name, perSecond },
  latencies: [{ ratePerSecond: 1_000, answer: latency(ms) }],
})

test('every measured layer is used by some result', () => {
  const used = [...Object.values(LAYERS_OF_PROTOCOL), LAYERS_OF_READS, ...PEERS.map(({ layers }) => layers)].flat()
  expect(new Set(used)).toEqual(new Set(Object.values(LimitName)))
})

test('a rate is compared with each of its layers that was measured', () => {
  const limits = [limit(LimitName.NodeHttp, 20_000, 1), limit(LimitName.Grpc, 10_000, 1)]
  expect(ofLayers(5_000, LAYERS_OF_PROTOCOL.rest, limits)).toEqual([{ layer: LimitName.NodeHttp, part: 0.25 }])
  expect(ofLayers(5_000, LAYERS_OF_PROTOCOL.rest, [])).toEqual([])
})

test('a latency is compared with its layers at the same rate only', () => {
  const limits = [limit(LimitName.FastifyZod, 20_000, 2), limit(LimitName.Publishes, 20_000, 1)]
  const times = timesLayers(latency(6), 1_000, LAYERS_OF_ANSWER, limits)
  expect(times).toEqual([{ layer: LimitName.FastifyZod, p50: expect.closeTo(3), p99: expect.closeTo(3) }])
  expect(timesLayers(latency(6), 200, LAYERS_OF_ANSWER, limits)).toEqual([])
})
