import { describe, expect, test } from 'vitest'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { storedInsights } from '../../testkit/stored-insights.ts'
import { CHROMIUM, useChromium } from './chromium.ts'

/** Opens the stream in the page, and resolves to its events up to the list of open leads. */
const OPEN = `new Promise((resolve) => {
  globalThis.seen = []
  globalThis.source = new EventSource('/insights/stream?include_open=true&priority=P0&priority=P1')
  const add = ({ type, data }) => seen.push([type, JSON.parse(data).lead?.id])
  source.addEventListener('insight', add)
  source.addEventListener('synchronized', (event) => {
    add(event)
    resolve(seen)
  })
  source.addEventListener('error', () => resolve('failed'))
})`
/** Resolves to all events when there are `count`. */
const READ = (count: number) => `new Promise((resolve) => {
  const check = () => (seen.length < ${count} ? undefined : resolve(seen))
  source.addEventListener('insight', check)
  check()
})`

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  const stack = useStack()
  const start = useServices(stack)
  const browser = useChromium()

  test('EventSource receives the open leads of a filter with several values, and then new ones', async () => {
    const insights = storedInsights(stack.sql)
    const { url } = await start('insights')
    const open = await insights.add({ priority: 'P0' })
    await insights.add({ priority: 'P3' })
    const page = await browser().newPage()
    await page.goto(`${url}/docs/`)
    const opened = [
      ['insight', open],
      ['synchronized', undefined],
    ]
    expect(await page.evaluate(OPEN)).toEqual(opened)
    const fresh = await insights.add()
    expect(await page.evaluate(READ(3))).toEqual([...opened, ['insight', fresh]])
    await page.close()
  })
})
