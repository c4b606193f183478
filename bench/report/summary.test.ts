import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Results } from '../results.ts'
import { withSummary } from './summary.ts'
import { toMarkdown } from './tables.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
// what `npm run bench` kept
const results = JSON.parse(read('bench/results/latest.json')) as Results

test('docs/performance.md tells of the run in bench/results', () => {
  const page = read('docs/performance.md')
  expect(withSummary(page, results)).toBe(page)
})

test('the tables in bench/results are of the same run', () => {
  expect(read('bench/results/latest.md')).toBe(toMarkdown(results))
})

test('a page without a place for the run is refused', () => {
  expect(() => withSummary('# Performance', results)).toThrow('no place')
})

test('what higher rates need follows from the costs of the run, in whole cores', () => {
  const cost = (process: string, cpuMicrosecondsPerLead: number) => ({
    ...{ process, cpuMicrosecondsPerLead, cpuSeconds: 1, memoryMiB: 1 },
  })
  const protocols = results.protocols.map((protocol) => ({
    ...protocol,
    walBytesPerLead: 2_000,
    costs: [cost('intake', 60), cost('triage 1', 100), cost('postgres', 40), cost('nats-server', 50)],
  }))
  const page = withSummary(read('docs/performance.md'), { ...results, protocols })
  expect(page).toContain('Together 250 µs, or 4,000 leads a second for each core')
  expect(page).toContain('| 5,000 | 1 | 1 | 1 | 1 | triage is one thread: 10,000 leads a second |')
  expect(page).toContain("| 50,000 | 3 | 5 | 2 | 3 | one primary's write-ahead log, 100 MB a second |")
})
