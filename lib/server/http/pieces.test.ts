import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createFrameReader } from '../grpc/frames.ts'
import { createPieces } from './pieces.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
const BYTES = 500_000
/** A Buffer for each byte would take a hundred times as much. */
const MOST_BYTES = 10 * BYTES

/** How much of the heap is kept after a body has come byte by byte. */
function keptBytes(push: (piece: Buffer) => void): number {
  const body = Buffer.alloc(BYTES, 'x')
  collect()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < BYTES; at += 1) push(body.subarray(at, at + 1))
  collect()
  return process.memoryUsage().heapUsed - before
}

test('a body that comes byte by byte takes memory in proportion to its bytes', () => {
  const pieces = createPieces()
  expect(keptBytes(pieces.push)).toBeLessThan(MOST_BYTES)
  expect(pieces.join()).toHaveLength(BYTES)
})

test('a gRPC message that comes byte by byte, likewise', () => {
  const frames = createFrameReader(BYTES * 2)
  frames.push(Buffer.from([0, 0, 0x0f, 0x42, 0x40])) // announces 1,000,000 bytes
  expect(keptBytes(frames.push)).toBeLessThan(MOST_BYTES)
})

test('the bytes stay in order', () => {
  const pieces = createPieces()
  const body = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 251))
  for (let at = 0; at < body.length; at += 3) pieces.push(body.subarray(at, at + 3))
  expect(pieces.join()).toEqual(body)
  expect(pieces.join()).toHaveLength(0)
})
