import { expect, test } from 'vitest'
import { collectGarbage } from '../../../testkit/collect-garbage.ts'
import { createFrameReader } from '../grpc/frames.ts'
import { createChunkList } from './chunk-list.ts'

const BYTES = 500_000
/** One Buffer for each byte would take a hundred times as much as the body. */
const MAX_HEAP_BYTES = 10 * BYTES

/** The heap growth after a body has arrived byte by byte. */
function heapGrowth(push: (chunk: Buffer) => void): number {
  const body = Buffer.alloc(BYTES, 'x')
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < BYTES; at += 1) push(body.subarray(at, at + 1))
  collectGarbage()
  return process.memoryUsage().heapUsed - before
}

test('a body that arrives byte by byte uses memory in proportion to its size', () => {
  const chunks = createChunkList()
  expect(heapGrowth(chunks.push)).toBeLessThan(MAX_HEAP_BYTES)
  expect(chunks.join()).toHaveLength(BYTES)
})

test('a gRPC message that arrives byte by byte uses memory in proportion to its size', () => {
  const frames = createFrameReader(BYTES * 2)
  frames.push(Buffer.from([0, 0, 0x0f, 0x42, 0x40])) // declares 1,000,000 bytes
  expect(heapGrowth(frames.push)).toBeLessThan(MAX_HEAP_BYTES)
})

test('join returns the bytes in order', () => {
  const chunks = createChunkList()
  const body = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 251))
  for (let at = 0; at < body.length; at += 3) chunks.push(body.subarray(at, at + 3))
  expect(chunks.join()).toEqual(body)
  expect(chunks.join()).toHaveLength(0)
})
