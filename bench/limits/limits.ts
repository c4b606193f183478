import type { LatencySummary } from '../load/latency.ts'

/** The layers that the product and its peers use. */
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

/** The performance of a layer alone, with the same load generator on the same machine. */
export interface Limit {
  readonly name: LimitName
  /** Operations per second in a closed loop. */
  readonly perSecond: number
  /** At the arrival rates at which the product's latency is measured; empty if that does not depend on this layer. */
  readonly latencies: readonly LimitLatency[]
}

export interface LimitLatency {
  readonly ratePerSecond: number
  readonly answer: LatencySummary
}
