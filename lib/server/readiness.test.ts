import { expect, test } from 'vitest'
import type { Readiness, ReadinessCheck } from './readiness.ts'
import { createReadinessMonitor } from './readiness.ts'

const well: ReadinessCheck = { name: 'postgres', required: true, check: async () => undefined }
const broken = (name: string, required: boolean): ReadinessCheck => ({
  name,
  required,
  check: async () => {
    throw new Error(`no route to ${name}`)
  },
})
const silent: ReadinessCheck = { name: 'silent', required: true, check: () => new Promise(() => undefined) }

/** A monitor that keeps what it says to whoever listens. */
function monitorOf(checks: ReadinessCheck[], timeoutMs?: number) {
  const heard: Readiness['status'][] = []
  return { monitor: createReadinessMonitor(checks, (status) => heard.push(status), timeoutMs), heard }
}

test('a service is ready when all is well', async () => {
  const { monitor, heard } = monitorOf([well])
  expect(await monitor.evaluate()).toEqual({ status: 'ready', checks: { postgres: 'ok' } })
  expect(heard).toEqual(['ready'])
})

test('a service without something it can do without is degraded, and says what is wrong', async () => {
  const { monitor, heard } = monitorOf([well, broken('nats', false)])
  expect(await monitor.evaluate()).toEqual({
    status: 'degraded',
    checks: { postgres: 'ok', nats: 'no route to nats' },
  })
  expect(heard).toEqual(['degraded'])
})

test('a service without something it needs is unready, whatever else is well', async () => {
  const { monitor, heard } = monitorOf([well, broken('nats', false), broken('mailbox', true)])
  expect((await monitor.evaluate()).status).toBe('unready')
  expect(heard).toEqual(['unready'])
})

test('a check that does not answer counts as failed after the bound, and does not hold up the others', async () => {
  const { monitor } = monitorOf([silent, well], 10)
  expect(await monitor.evaluate()).toEqual({
    status: 'unready',
    checks: { silent: 'no answer within 10 ms', postgres: 'ok' },
  })
})

test('a service that drains is unready at once and stays so, whatever its checks say', async () => {
  const { monitor, heard } = monitorOf([well])
  const underWay = monitor.evaluate()
  monitor.startDraining()
  expect(heard).toEqual(['unready'])
  expect((await underWay).status).toBe('unready')
  expect(await monitor.evaluate()).toEqual({ status: 'unready', checks: { postgres: 'ok', service: 'is stopping' } })
})

test('a service recovers when what was away comes back', async () => {
  let away = true
  const { monitor, heard } = monitorOf([
    {
      ...well,
      check: async () => {
        if (away) throw new Error('away')
      },
    },
  ])
  await monitor.evaluate()
  away = false
  await monitor.evaluate()
  expect(heard).toEqual(['unready', 'ready'])
})
