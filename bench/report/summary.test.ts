import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Results } from '../results.ts'
import { withSummary } from './summary.ts'
import { toMarkdown } from './tables.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
// the committed run
const results = JSON.parse(read('bench/results/latest.json')) as Results

test('docs/performance.md has the figures of the run in bench/results', () => {
  const page = read('docs/performance.md')
  expect(withSummary(page, results)).toBe(page)
})

test('the tables in bench/results have the figures of the same run', () => {
  expect(read('bench/results/latest.md')).toBe(toMarkdown(results))
})

test('a page without the markers of a generated section is rejected', () => {
  expect(() => withSummary('# Performance', results)).toThrow('the page lacks the section')
})

test('the cores for higher rates are computed from the costs of the run and rounded up', () => {
  const cost = (process: string, cpuMicrosecondsPerLead: number) => ({
    ...{ process, cpuMicrosecondsPerLead, cpuSeconds: 1, memoryMiB: 1 },
  })
  const protocols = results.protocols.map((protocol) => ({
    ...protocol,
    walBytesPerLead: 2_000,
    costs: [cost('intake', 60), cost('triage 1', 100), cost('postgres', 40), cost('nats-server', 50)],
  }))
  const page = withSummary(read('docs/performance.md'), { ...results, protocols })
  expect(page).toContain('Total: 250 µs, or 4,000 leads per second and core')
  expect(page).toContain('| 5,000 | 1 | 1 | 1 | 1 | a triage worker is one thread: 10,000 leads per second |')
  expect(page).toContain('| 50,000 | 3 | 5 | 2 | 3 | the WAL of one primary, 100 MB per second |')
})
