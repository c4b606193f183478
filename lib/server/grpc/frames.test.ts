import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameReader, toFrame } from './frames.ts'

const MAX_BYTES = 100

test('messages are decoded as they were sent, however the body is split into chunks', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: MAX_BYTES }), { maxLength: 5 })
  fc.assert(
    fc.property(messages, fc.array(fc.nat(600)), (sent, cuts) => {
      const body = Buffer.concat(sent.map(toFrame))
      const edges = [0, ...cuts.map((cut) => Math.min(cut, body.length)).sort((a, b) => a - b), body.length]
      const reader = createFrameReader(MAX_BYTES)
      const read = edges.slice(1).flatMap((end, index) => reader.push(body.subarray(edges[index], end)))
      reader.assertComplete()
      expect(read.map(({ bytes }) => [...bytes])).toEqual(sent.map((message) => [...message]))
    }),
  )
})

test('a truncated message is rejected, wherever it is cut', () => {
  const body = toFrame(Buffer.alloc(10))
  for (let length = 1; length < body.length; length += 1) {
    const reader = createFrameReader(MAX_BYTES)
    expect(reader.push(body.subarray(0, length))).toEqual([])
    expect(reader.assertComplete).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  }
})

test('a message with too large a declared length is rejected before its bytes arrive', () => {
  const reader = createFrameReader(MAX_BYTES)
  expect(() => reader.push(toFrame(Buffer.alloc(MAX_BYTES + 1)).subarray(0, 5))).toThrow(
    expect.objectContaining({ code: 'payload_too_large', message: expect.stringContaining(`${MAX_BYTES} bytes`) }),
  )
})
