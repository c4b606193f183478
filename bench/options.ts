import { parseArgs } from 'node:util'
import type { Span } from './measure/throughput.ts'

export interface Options {
  readonly json: boolean
  readonly quick: boolean
  /** Only these sections; empty for all. */
  readonly only: readonly Section[]
  readonly span: Span
  readonly limitSpan: Span
  /** Of each latency of a layer. */
  readonly limitLatencySpan: Span
  readonly latencyRates: readonly number[]
  readonly triageWorkers: readonly number[]
  /** Leads and insights already stored. */
  readonly storedLeads: readonly number[]
}

const SECTIONS = ['limits', 'protocols', 'latency', 'reads', 'workers', 'stored', 'peers'] as const
export type Section = (typeof SECTIONS)[number]

export const USAGE = `npm run bench -- [--quick] [--json] [--only SECTION]…
  --quick         under a minute: short spans, 64 callers, no imports, one rate, one worker, nothing stored before;
                  writes no files
  --json          prints the results as JSON
  --only SECTION  may be repeated: ${SECTIONS.join(', ')}; writes no files
`

/** @throws Error that says what is wrong with the arguments */
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
      }
    : {
        ...{ json, quick, only },
        span: { warmUpSeconds: 3, seconds: 6 },
        limitSpan: { warmUpSeconds: 1, seconds: 2 },
        limitLatencySpan: { warmUpSeconds: 0.5, seconds: 1.5 },
        ...{ latencyRates: [200, 1_000, 3_000], triageWorkers: [1, 2, 4], storedLeads: [0, 1_000_000, 5_000_000] },
      }
}

function parseSection(name: string): Section {
  const section = SECTIONS.find((known) => known === name)
  if (section === undefined) throw new Error(`there is no section ${name}`)
  return section
}
