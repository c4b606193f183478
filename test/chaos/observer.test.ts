import { expect, test } from 'vitest'
import { redeliveries } from './observer.ts'

const sequence = (consumer: number, stream: number) => ({ consumer_seq: consumer, stream_seq: stream, last_active: 0 })

test('redeliveries are counted without first deliveries, whatever the first sequence of the stream', () => {
  expect(redeliveries(sequence(10, 10), undefined)).toBe(0)
  expect(redeliveries(sequence(13, 10), 0)).toBe(3)
  expect(redeliveries(sequence(10, 1_000_009), 1_000_000)).toBe(0)
  expect(redeliveries(sequence(12, 1_000_009), 1_000_000)).toBe(2)
})
