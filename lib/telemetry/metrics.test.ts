import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('two services in one process have separate metrics of the same names, each with its own label', async () => {
  const [one, other] = ['one', 'other'].map((service) => {
    const metrics = createMetrics(service)
    return { ...metrics, total: metrics.counter({ name: 'things_total', help: 'Things.', labelNames: ['kind'] }) }
  })
  one?.total.inc({ kind: 'good' }, 2)
  other?.total.inc({ kind: 'bad' })
  expect((await one?.render())?.body).toMatch(/^things_total\{kind="good",service="one"\} 2$/m)
  expect((await one?.render())?.body).not.toContain('kind="bad"')
  expect((await other?.render())?.body).toMatch(/^things_total\{kind="bad",service="other"\} 1$/m)
})

test('metrics are rendered in the Prometheus text format and include process metrics', async () => {
  const metrics = createMetrics('intake')
  metrics.gauge({ name: 'level', help: 'A level.' }).set(3)
  metrics.histogram({ name: 'size', help: 'Sizes.', buckets: [1, 10] }).observe(5)
  const { contentType, body } = await metrics.render()
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(body).toMatch(/^level\{service="intake"\} 3$/m)
  expect(body).toMatch(/^size_bucket\{le="10",service="intake"\} 1$/m)
  expect(body).toMatch(/^process_resident_memory_bytes\{service="intake"\} \d+$/m)
})
