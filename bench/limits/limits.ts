import type { LatencySummary } from '../load/latency.ts'

/** The layers that the product and its peers stand on. */
export const LimitName = {
  NodeHttp: 'node:http, JSON echo',
  FastifyZod: 'Fastify with zod',
  Grpc: 'grpc-js, no-op',
  Connect: 'Connect JSON, no-op',
  SingleInserts: 'PostgreSQL, single-row inserts',
  BatchedInserts: 'PostgreSQL, inserts of 200 rows',
  Publishes: 'JetStream, publishes awaited',
  Pulls: 'JetStream, pull and ack',
} as const
export type LimitName = (typeof LimitName)[keyof typeof LimitName]

/** What a layer does alone, driven by the same load generator on the same machine. */
export interface Limit {
  readonly name: LimitName
  /** As fast as it answers. */
  readonly perSecond: number
  /** At the fixed rates of arrivals at which the product's latency is measured, where that stands on this layer. */
  readonly latencies: readonly LimitLatency[]
}

export interface LimitLatency {
  readonly ratePerSecond: number
  readonly answer: LatencySummary
}
