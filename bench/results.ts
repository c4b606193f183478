import type { Limit } from './limits/limits.ts'
import type { OfLayer, TimesLayer } from './limits/of-layers.ts'
import type { LeadsSent } from './load/leads.ts'
import type { Machine } from './machine.ts'
import type { LatencyAtRate, OperationRate } from './measure/operations.ts'
import type { Throughput } from './measure/throughput.ts'
import type { ListRow } from './reads/measure-lists.ts'
import type { OverviewRow } from './reads/measure-overview.ts'
import type { StatsRow } from './reads/measure-stats.ts'
import type { WatchRow } from './reads/measure-watch.ts'

/** The results of one run; sections that were not measured are empty. */
export interface Results {
  /** The start time, which names the run. */
  readonly run: string
  readonly machine: Machine
  readonly sent: LeadsSent
  limits: readonly Limit[]
  protocols: ThroughputRow[]
  latency: LatencyRow[]
  reads: ReadsRow | undefined
  /** Missing in the results of older runs. */
  lists?: ListRow[]
  overviews?: OverviewRow[]
  stats?: StatsRow[]
  watch?: WatchRow
  workers: ThroughputRow[]
  stored: ThroughputRow[]
  peers: ThroughputRow[]
  /** What was not measured, and why. */
  readonly notes: string[]
}

export interface ThroughputRow extends Throughput {
  readonly name: string
  readonly ofLayers: readonly OfLayer[]
}

export interface LatencyRow extends LatencyAtRate {
  readonly answerOfLayers: readonly TimesLayer[]
  readonly insightOfLayers: readonly TimesLayer[]
}

interface ReadsRow extends OperationRate {
  readonly ofLayers: readonly OfLayer[]
}
