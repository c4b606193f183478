import { expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { createLifecycle } from './lifecycle.ts'

/** A lifecycle with two steps that record when they start and end. */
function twoSteps() {
  const { log, entries } = captureLog()
  const lifecycle = createLifecycle(log)
  const order: string[] = []
  for (const name of ['connection', 'server']) {
    lifecycle.onStop(name, async () => {
      order.push(`${name} starts`)
      await Promise.resolve()
      order.push(`${name} ends`)
    })
  }
  return { lifecycle, order, entries }
}

test('steps run one after the other, the last registered first', async () => {
  const { lifecycle, order } = twoSteps()
  expect(lifecycle.stopping).toBe(false)
  const stopped = lifecycle.stop()
  expect(lifecycle.stopping).toBe(true)
  expect(await stopped).toBe(true)
  expect(order).toEqual(['server starts', 'server ends', 'connection starts', 'connection ends'])
})

test('a failed step is logged by name, does not prevent the others, and makes stop resolve to false', async () => {
  const { lifecycle, order, entries } = twoSteps()
  lifecycle.onStop('mailbox', async () => {
    throw new Error('cannot drain')
  })
  expect(await lifecycle.stop()).toBe(false)
  expect(order).toHaveLength(4)
  expect(entries()).toMatchObject([{ level: 50, step: 'mailbox', err: { message: 'cannot drain' } }])
})

test('stopping twice runs every step once, and both calls wait for all steps', async () => {
  const { lifecycle, order } = twoSteps()
  expect(await Promise.all([lifecycle.stop(), lifecycle.stop()])).toEqual([true, true])
  expect(await lifecycle.stop()).toBe(true)
  expect(order).toHaveLength(4)
})
