import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { QueueDepth } from '../../../lib/jetstream/queue-state.ts'
import { createPublishGate, type PublishGate } from './publish-gate.ts'
import { createQueueWindow } from './queue-window.ts'

const EMPTY: QueueDepth = { pending: 0, inFlight: 0, delivered: 0 }

let depth: QueueDepth | undefined
let reads: number
let gate: PublishGate

beforeEach(() => {
  vi.useFakeTimers()
  depth = EMPTY
  reads = 0
  gate = createPublishGate(async () => {
    reads += 1
    if (depth === undefined) throw new Error('NATS is disconnected')
    return depth
  }, createQueueWindow())
})
afterEach(() => {
  gate.stop()
  vi.useRealTimers()
})

/** How many of `count` leads may be published at once. */
const entered = (count: number) => Array.from({ length: count }, () => gate.tryEnter()).filter(Boolean).length
const sample = () => vi.advanceTimersByTimeAsync(50)

test('an idle process sends no requests', async () => {
  await vi.advanceTimersByTimeAsync(60_000)
  expect(reads).toBe(0)
  gate.tryEnter()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(reads).toBe(1)
})

test('leads are published at once while the state of the queue is unknown', async () => {
  depth = undefined
  expect(entered(10_000)).toBe(10_000)
  await sample()
  expect(entered(10_000)).toBe(10_000)
})

test('leads beyond the window of the queue are deferred until it has run dry', async () => {
  gate.tryEnter()
  await sample()
  expect(entered(1_000)).toBeLessThan(20)
  depth = { pending: 8, inFlight: 8, delivered: 8 }
  await sample()
  depth = { pending: 1, inFlight: 8, delivered: 15 } // the reconciler fills it with the deferred leads
  await sample()
  expect(entered(1)).toBe(0)
  depth = EMPTY
  await sample()
  expect(entered(1)).toBe(0)
  await sample()
  expect(entered(1)).toBe(1)
})

test('deferring ends when NATS is lost, since the reconciler cannot publish either', async () => {
  gate.tryEnter()
  await sample()
  entered(1_000)
  depth = undefined
  await sample()
  expect(entered(100)).toBe(100)
})

test('a process that published little defers once others have filled the queue', async () => {
  gate.tryEnter()
  depth = { pending: 500, inFlight: 0, delivered: 0 }
  await sample()
  expect(entered(1)).toBe(0)
})
