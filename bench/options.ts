import { parseArgs } from 'node:util'
import type { Span } from './measure/throughput.ts'

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
  /** Leads with insights in the database before the measurement. */
  readonly storedLeads: readonly number[]
}

const SECTIONS = ['limits', 'protocols', 'latency', 'reads', 'workers', 'stored', 'peers'] as const
export type Section = (typeof SECTIONS)[number]

export const USAGE = `Measures the performance of the system, its layers and its peers.

  npm run bench -- [--quick] [--json] [--only SECTION]…

  --quick         finish in under a minute: short spans, 64 callers, no imports, one arrival rate, one worker, an empty
                  database; writes no files
  --json          print the results as JSON
  --only SECTION  measure one section: ${SECTIONS.join(', ')}; repeatable; writes no files
`

/** @throws Error when an argument is invalid */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  const { json, quick } = values
  const only = values.only.map(parseSection)
  return quick
    ? {
        ...{ json, quick, only },
        span: { warmUpSeconds: 0.4, seconds: 1 },
        limitSpan: { warmUpSeconds: 0.3, seconds: 0.5 },
        limitLatencySpan: { warmUpSeconds: 0.2, seconds: 0.5 },
        ...{ latencyRates: [1_000], triageWorkers: [], storedLeads: [] },
        ...{ listedLeads: [100_000], listCalls: 5, overviewCalls: 100 },
      }
    : {
        ...{ json, quick, only },
        span: { warmUpSeconds: 3, seconds: 6 },
        limitSpan: { warmUpSeconds: 1, seconds: 2 },
        limitLatencySpan: { warmUpSeconds: 0.5, seconds: 1.5 },
        ...{ latencyRates: [200, 1_000, 3_000], triageWorkers: [1, 2, 4], storedLeads: [0, 1_000_000, 5_000_000] },
        ...{ listedLeads: [1_000_000, 5_000_000], listCalls: 100, overviewCalls: 1_000 },
      }
}

function parseSection(name: string): Section {
  const section = SECTIONS.find((known) => known === name)
  if (section === undefined) throw new Error(`unknown section "${name}"; use one of ${SECTIONS.join(', ')}`)
  return section
}
