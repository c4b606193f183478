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
