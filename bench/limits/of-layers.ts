import { Operation } from '../load/job.ts'
import type { LatencySummary } from '../load/latency.ts'
import { type Limit, LimitName } from './limits.ts'

/** A rate beside one layer that it stands on. */
export interface OfLayer {
  readonly layer: LimitName
  /** The rate as a part of what the layer does alone: at 1 nothing else would cost anything. */
  readonly part: number
}

/** A latency beside that of one layer at the same rate of arrivals. */
export interface TimesLayer {
  readonly layer: LimitName
  /** How many times the layer's own percentile. */
  readonly p50: number
  readonly p99: number
}

const { NodeHttp, FastifyZod, Grpc, Connect, SingleInserts, BatchedInserts, Publishes, Pulls } = LimitName
const STORED_AND_TRIAGED = [BatchedInserts, Publishes, Pulls] as const

/**
 * What a lead needs of each layer at least once, by the protocol it comes through. A call with many leads is no measure for a
 * layer that counts calls.
 */
export const LAYERS_OF_PROTOCOL = {
  [Operation.Rest]: [NodeHttp, FastifyZod, ...STORED_AND_TRIAGED],
  [Operation.Connect]: [NodeHttp, Connect, ...STORED_AND_TRIAGED],
  [Operation.Grpc]: [Grpc, ...STORED_AND_TRIAGED],
  [Operation.GrpcBatch]: STORED_AND_TRIAGED,
  [Operation.Import]: STORED_AND_TRIAGED,
} as const satisfies Partial<Record<Operation, readonly LimitName[]>>
export const LAYERS_OF_READS = [NodeHttp, FastifyZod] as const
/** A peer takes leads in by the same protocol, and stores them one by one. */
export const LAYERS_OF_PEER = [NodeHttp, FastifyZod, SingleInserts] as const
export const LAYERS_OF_ANSWER = [FastifyZod, SingleInserts] as const
export const LAYERS_OF_INSIGHT = [FastifyZod, SingleInserts, Publishes] as const

/** Of layers that were not measured in this run there is nothing to say. */
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
