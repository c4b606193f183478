import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parseInteger } from '../testkit/run-main.ts'
import { assertCheckouts, type CompareOptions } from './compare/compare.ts'
import type { Span } from './measure/throughput.ts'
import type { WatchLoad } from './reads/measure-watch.ts'

export interface Options {
  readonly json: boolean
  readonly quick: boolean
  /** Empty for all sections. */
  readonly only: readonly Section[]
  readonly span: Span
  readonly limitSpan: Span
  /** For each latency measurement of a layer. */
  readonly limitLatencySpan: Span
  readonly latencyRates: readonly number[]
  readonly triageWorkers: readonly number[]
  /** Leads in the database when lists are measured, and calls for each kind of list. */
  readonly listedLeads: readonly number[]
  readonly listCalls: number
  readonly overviewCalls: number
  readonly statsCalls: number
  readonly watch: WatchLoad
  /** Leads with insights in the database before the measurement. */
  readonly storedLeads: readonly number[]
}

const SECTIONS = ['limits', 'protocols', 'latency', 'reads', 'watch', 'workers', 'stored', 'peers'] as const
export type Section = (typeof SECTIONS)[number]

export const USAGE = `Measures the performance of the system, its layers and its peers.

  npm run bench -- [--quick] [--json] [--only SECTION]…
  npm run bench -- --compare DIR [--rounds N] [--leads N] [--rate N] [--json]

  --quick         finish in under a minute: short spans, 64 callers, no imports, one arrival rate, one worker, an empty
                  database; writes no files
  --json          print the results as JSON
  --only SECTION  measure one section: ${SECTIONS.join(', ')}; repeatable; writes no files
  --compare DIR   measure only what a lead costs over REST, in turns with another checkout of this repository, which
                  needs a node_modules folder; writes no files
  --rounds N      of a comparison; default: 5
  --leads N       of a comparison: sent to each checkout in each round, twice; default: 24000
  --rate N        of a comparison: leads per second while latencies are measured; default: 1000
`
/** How long latencies are measured in a comparison. */
const COMPARED_SECONDS = 5
const THIS_CHECKOUT = resolve(fileURLToPath(new URL('..', import.meta.url)))

/** @throws Error when an argument is invalid */
export function parseOptions(args: readonly string[]): Options | CompareOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      compare: { type: 'string' },
      rounds: { type: 'string' },
      leads: { type: 'string' },
      rate: { type: 'string' },
    },
  })
  const { json, quick, compare, rounds, leads, rate } = values
  if (compare !== undefined) {
    if (quick || values.only.length > 0) throw new Error('--compare cannot be combined with --quick or --only')
    const directories = [THIS_CHECKOUT, resolve(compare)] as const
    assertCheckouts(directories)
    return {
      ...{ directories, json, rounds: parseInteger('--rounds', rounds ?? '5') },
      load: {
        leads: parseInteger('--leads', leads ?? '24000'),
        ratePerSecond: parseInteger('--rate', rate ?? '1000'),
        seconds: COMPARED_SECONDS,
      },
    }
  }
  const lost = Object.entries({ rounds, leads, rate }).find(([, value]) => value !== undefined)
  if (lost !== undefined) throw new Error(`--${lost[0]} needs --compare`)
  const only = values.only.map(parseSection)
  return quick
    ? {
        ...{ json, quick, only },
        span: { warmUpSeconds: 0.4, seconds: 1 },
        limitSpan: { warmUpSeconds: 0.3, seconds: 0.5 },
        limitLatencySpan: { warmUpSeconds: 0.2, seconds: 0.5 },
        ...{ latencyRates: [1_000], triageWorkers: [], storedLeads: [] },
        ...{ listedLeads: [100_000], listCalls: 5, overviewCalls: 100, statsCalls: 5 },
        watch: { watchers: 50, leadsPerSecond: 500, span: { warmUpSeconds: 1, seconds: 3 } },
      }
    : {
        ...{ json, quick, only },
        span: { warmUpSeconds: 3, seconds: 6 },
        limitSpan: { warmUpSeconds: 1, seconds: 2 },
        limitLatencySpan: { warmUpSeconds: 0.5, seconds: 1.5 },
        ...{ latencyRates: [200, 1_000, 3_000], triageWorkers: [1, 2, 4], storedLeads: [0, 1_000_000, 5_000_000] },
        ...{ listedLeads: [1_000_000, 5_000_000], listCalls: 100, overviewCalls: 1_000, statsCalls: 50 },
        watch: { watchers: 1_000, leadsPerSecond: 500, span: { warmUpSeconds: 5, seconds: 20 } },
      }
}

function parseSection(name: string): Section {
  const section = SECTIONS.find((known) => known === name)
  if (section === undefined) throw new Error(`unknown section "${name}"; use one of ${SECTIONS.join(', ')}`)
  return section
}
