import { Operation } from '../load/job.ts'
import { measureLatency } from '../measure/operations.ts'
import { measureThroughput, type Throughput } from '../measure/throughput.ts'
import { type Product, startProduct } from '../stack/product.ts'
import type { Servers } from '../stack/servers.ts'

/** The figures of one checkout in one round, by name. All are of the same load. */
export type Figures = Readonly<Record<string, number>>

export interface ComparedLoad {
  /** Leads of a measurement. As many warm up. */
  readonly leads: number
  /** Arrivals per second while latencies are measured. */
  readonly ratePerSecond: number
  readonly seconds: number
}

interface Comparison {
  readonly servers: Servers
  /** Two; the first is the one whose cost is divided by that of the other. */
  readonly directories: readonly string[]
  readonly rounds: number
  readonly load: ComparedLoad
  readonly print: (line: string) => void
  readonly signal: AbortSignal
}

const REST = { operation: Operation.Rest, concurrency: 64 } as const
/** Whose CPU time is not part of what a lead costs. */
const GENERATOR = 'load generator'

/**
 * Measures checkouts in turns. In each round each has new processes, an empty database with its own migrations and its own
 * streams; the servers and the load generator are those of this checkout.
 *
 * @returns for each directory, the figures of each round
 */
export async function measureCheckouts(comparison: Comparison): Promise<Figures[][]> {
  const { servers, directories, rounds, load, print, signal } = comparison
  const measured: Figures[][] = directories.map(() => [])
  for (let round = 1; round <= rounds; round += 1) {
    const turns = directories.map((checkout, number) => ({ checkout, number }))
    for (const { checkout, number } of round % 2 === 0 ? turns.toReversed() : turns) {
      const product = await startProduct({ servers, name: `compare_${round}_${number}`, checkout, signal })
      try {
        const figures = await measureProduct(product, load, signal)
        measured[number]?.push(figures)
        print(`round ${round} of ${rounds}, ${checkout}: ${describe(figures)}`)
      } finally {
        await product.stop()
      }
    }
  }
  return measured
}

async function measureProduct(product: Product, load: ComparedLoad, signal: AbortSignal): Promise<Figures> {
  const throughput = await measureThroughput(product, REST, { warmUpLeads: load.leads, leads: load.leads }, signal)
  assertNoFailures(throughput)
  const span = { warmUpSeconds: load.seconds / 5, seconds: load.seconds }
  const latency = await measureLatency(product, load.ratePerSecond, span, signal)
  assertNoFailures(latency)
  const { leadsPerSecond, acceptedPerSecond, answer, walBytesPerLead } = throughput
  const rate = load.ratePerSecond.toLocaleString('en')
  return {
    ...cpuFigures(throughput),
    'WAL, bytes per lead': walBytesPerLead,
    'accepted and triaged per second': leadsPerSecond,
    'accepted per second': acceptedPerSecond,
    'p99 of answers at full load, ms': answer.p99,
    [`p99 from request to answer at ${rate} per second, ms`]: latency.answer.p99,
    [`p99 from request to stored insight at ${rate} per second, ms`]: latency.insight.p99,
  }
}

/** Empty on systems that do not tell the CPU time of processes. */
function cpuFigures({ costs = [] }: Throughput): Figures {
  const perLead = costs.filter(({ process }) => process !== GENERATOR)
  if (perLead.length === 0) return {}
  const entries = perLead.map(({ process, cpuMicrosecondsPerLead }) => [process, cpuMicrosecondsPerLead] as const)
  const total = entries.reduce((sum, [, microseconds]) => sum + microseconds, 0)
  const all = [...entries, ['total', total] as const]
  return Object.fromEntries(all.map(([name, microseconds]) => [`CPU of ${name}, µs per lead`, microseconds]))
}

function assertNoFailures({ failures, firstFailure }: { failures: number; firstFailure: string | undefined }): void {
  if (failures > 0) throw new Error(`${failures} leads failed, the first with: ${firstFailure}`)
}

function describe(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name}: ${value.toFixed(1)}`)
    .join('; ')
}
