import { Operation } from '../load/job.ts'
import type { LatencySummary } from '../load/latency.ts'
import { type Limit, LimitName } from './limits.ts'

/** A rate relative to one of its layers. */
export interface OfLayer {
  readonly layer: LimitName
  /** The rate divided by that of the layer alone: 1 if everything else were free. */
  readonly part: number
}

/** A latency relative to one of its layers at the same arrival rate. */
export interface TimesLayer {
  readonly layer: LimitName
  /** The percentile divided by that of the layer. */
  readonly p50: number
  readonly p99: number
}

const { NodeHttp, FastifyZod, Grpc, Connect, SingleInserts, BatchedInserts, Publishes, Pulls } = LimitName
const STORED_AND_TRIAGED = [BatchedInserts, Publishes, Pulls] as const

/**
 * The layers that each lead uses at least once, by protocol. Calls with many leads are not compared with layers that
 * count calls.
 */
export const LAYERS_OF_PROTOCOL = {
  [Operation.Rest]: [NodeHttp, FastifyZod, ...STORED_AND_TRIAGED],
  [Operation.Connect]: [NodeHttp, Connect, ...STORED_AND_TRIAGED],
  [Operation.Grpc]: [Grpc, ...STORED_AND_TRIAGED],
  [Operation.GrpcBatch]: STORED_AND_TRIAGED,
  [Operation.Import]: STORED_AND_TRIAGED,
} as const satisfies Partial<Record<Operation, readonly LimitName[]>>
export const LAYERS_OF_READS = [NodeHttp, FastifyZod] as const
/** Peers accept leads over REST, too, but store them one by one. */
export const LAYERS_OF_PEER = [NodeHttp, FastifyZod, SingleInserts] as const
export const LAYERS_OF_ANSWER = [FastifyZod, SingleInserts] as const
export const LAYERS_OF_INSIGHT = [FastifyZod, SingleInserts, Publishes] as const

/** Omits layers that were not measured in this run. */
export function ofLayers(perSecond: number, layers: readonly LimitName[], limits: readonly Limit[]): OfLayer[] {
  return limits
    .filter(({ name }) => layers.includes(name))
    .map((limit) => ({ layer: limit.name, part: perSecond / limit.perSecond }))
}

export function timesLayers(
  { p50, p99 }: LatencySummary,
  atRatePerSecond: number,
  layers: readonly LimitName[],
  limits: readonly Limit[],
): TimesLayer[] {
  return limits
    .filter(({ name }) => layers.includes(name))
    .flatMap(({ name, latencies }) =>
      latencies
        .filter(({ ratePerSecond }) => ratePerSecond === atRatePerSecond)
        .map(({ answer }) => ({ layer: name, p50: p50 / answer.p50, p99: p99 / answer.p99 })),
    )
}
