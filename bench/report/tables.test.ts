import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LimitName } from '../limits/limits.ts'
import type { Results } from '../results.ts'
import { toMarkdown } from './tables.ts'

// the committed run
const results = JSON.parse(readFileSync(new URL('../results/latest.json', import.meta.url), 'utf8')) as Results

const tables = toMarkdown(results)
const linesOf = (title: string) => tables.split(`## ${title}\n`)[1]?.split('\n## ')[0]?.split('\n') ?? []

test.each([
  ['protocols', results.protocols],
  ['triage workers', results.workers],
  ['leads already stored', results.stored],
  ['peers', results.peers],
])('the tables have the costs of each process: %s', (title, rows) => {
  const lines = linesOf(`Costs by process: ${title}`)
  for (const { name, costs = [] } of rows) {
    const line = lines.find((text) => text.startsWith(`| ${name} `))
    expect(line?.match(/ µs, .*? s, .*? MiB/g)).toHaveLength(costs.length)
  }
  expect(rows.length).toBeGreaterThan(0)
})

test('the rate of each protocol and peer is compared with its layers, and every layer with some rate', () => {
  const lines = linesOf('Rates as a share of each layer')
  const rows = [...results.protocols, ...results.peers]
  for (const { name, ofLayers } of rows) {
    expect(lines.find((text) => text.startsWith(`| ${name} `))?.match(/%/g)).toHaveLength(ofLayers.length)
  }
  const used = rows.flatMap(({ ofLayers }) => ofLayers.map(({ layer }) => layer))
  expect(new Set(used)).toEqual(new Set(Object.values(LimitName)))
})
