import type { Limit } from './limits/measure-limits.ts'
import type { Machine } from './machine.ts'
import type { LatencyAtRate } from './measure/latency.ts'
import type { OperationRate } from './measure/operations.ts'
import type { Throughput } from './measure/throughput.ts'

/** All that one run measured; what was left out is empty. */
export interface Results {
  /** Names the run. */
  readonly run: string
  readonly machine: Machine
  limits: readonly Limit[]
  doors: Named<Throughput>[]
  latency: LatencyAtRate[]
  reads: OperationRate | undefined
  workers: Named<Throughput>[]
  stored: Named<Throughput>[]
  peers: Named<Throughput>[]
  /** What was left out, and why. */
  readonly notes: string[]
}

export type Named<T> = T & { readonly name: string }
