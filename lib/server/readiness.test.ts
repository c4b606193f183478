import { expect, test } from 'vitest'
import type { Readiness, ReadinessCheck } from './readiness.ts'
import { createReadinessMonitor } from './readiness.ts'

const passing: ReadinessCheck = { name: 'postgres', required: true, check: async () => undefined }
const failing = (name: string, required: boolean): ReadinessCheck => ({
  name,
  required,
  check: async () => {
    throw new Error(`no route to ${name}`)
  },
})
const hanging: ReadinessCheck = { name: 'hanging', required: true, check: () => new Promise(() => undefined) }

/** A monitor that records every status it reports. */
function monitorOf(checks: ReadinessCheck[], timeoutMs?: number) {
  const reported: Readiness['status'][] = []
  return { monitor: createReadinessMonitor(checks, (status) => reported.push(status), timeoutMs), reported }
}

test('a service is ready when every check passes', async () => {
  const { monitor, reported } = monitorOf([passing])
  expect(await monitor.evaluate()).toEqual({ status: 'ready', checks: { postgres: 'ok' } })
  expect(reported).toEqual(['ready'])
})

test('a service with a failing optional check is degraded and reports the failure', async () => {
  const { monitor, reported } = monitorOf([passing, failing('nats', false)])
  expect(await monitor.evaluate()).toEqual({
    status: 'degraded',
    checks: { postgres: 'ok', nats: 'no route to nats' },
  })
  expect(reported).toEqual(['degraded'])
})

test('a service with a failing required check is unready', async () => {
  const { monitor, reported } = monitorOf([passing, failing('nats', false), failing('mailbox', true)])
  expect((await monitor.evaluate()).status).toBe('unready')
  expect(reported).toEqual(['unready'])
})

test('a hanging check fails after its timeout and does not delay the others', async () => {
  const { monitor } = monitorOf([hanging, passing], 10)
  expect(await monitor.evaluate()).toEqual({
    status: 'unready',
    checks: { hanging: 'no response within 10 ms', postgres: 'ok' },
  })
})

test('a draining service is unready at once and stays unready', async () => {
  const { monitor, reported } = monitorOf([passing])
  const inProgress = monitor.evaluate()
  monitor.startDraining()
  expect(reported).toEqual(['unready'])
  expect((await inProgress).status).toBe('unready')
  expect(await monitor.evaluate()).toEqual({ status: 'unready', checks: { postgres: 'ok', service: 'is stopping' } })
})

test('a service becomes ready again when its dependency recovers', async () => {
  let unreachable = true
  const { monitor, reported } = monitorOf([
    {
      ...passing,
      check: async () => {
        if (unreachable) throw new Error('unreachable')
      },
    },
  ])
  await monitor.evaluate()
  unreachable = false
  await monitor.evaluate()
  expect(reported).toEqual(['unready', 'ready'])
})
