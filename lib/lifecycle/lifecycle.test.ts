import { expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { createLifecycle } from './lifecycle.ts'

/** A lifecycle with two steps that say when they begin and end. */
function twoSteps() {
  const { log, entries } = captureLog()
  const lifecycle = createLifecycle(log)
  const order: string[] = []
  for (const name of ['connection', 'server']) {
    lifecycle.onStop(name, async () => {
      order.push(`${name} begins`)
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
  expect(order).toEqual(['server begins', 'server ends', 'connection begins', 'connection ends'])
})

test('a step that fails is logged by name, does not keep the others from running, and is told in the end', async () => {
  const { lifecycle, order, entries } = twoSteps()
  lifecycle.onStop('mailbox', async () => {
    throw new Error('cannot drain')
  })
  expect(await lifecycle.stop()).toBe(false)
  expect(order).toHaveLength(4)
  expect(entries()).toMatchObject([{ level: 50, step: 'mailbox', err: { message: 'cannot drain' } }])
})

test('stopping twice runs every step once, and both calls wait for the end', async () => {
  const { lifecycle, order } = twoSteps()
  expect(await Promise.all([lifecycle.stop(), lifecycle.stop()])).toEqual([true, true])
  expect(await lifecycle.stop()).toBe(true)
  expect(order).toHaveLength(4)
})
