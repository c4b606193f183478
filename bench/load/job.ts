import type { LatencySummary } from './latency.ts'

/** The task of a load generator process. */
export interface LoadJob {
  readonly operation: Operation
  /** Of a service, of PostgreSQL or of NATS. */
  readonly url: string
  /** Operations in flight; in an open loop, the maximum number of connections. */
  readonly concurrency: number
  /** The header `Authorization` of REST calls. Default: none. */
  readonly authorization?: string
  /** Arrivals per second in an open loop. Without it, a closed loop starts an operation when one has ended. */
  readonly ratePerSecond?: number
  /** The source of `InsightReady` events, to measure the time from request to stored insight. */
  readonly insightEvents?: { readonly natsUrl: string; readonly subjects: string }
  /**
   * Whether an operation lasts until the insight is stored instead of until the answer, which limits untriaged leads to
   * `concurrency`. Requires a closed loop and `insightEvents`. Default: false.
   */
  readonly untilInsight?: boolean
  /** Messages in the stream of `pull-ack`; must exceed what it pulls in total. */
  readonly storedMessages?: number
  /** The leads that `read` requests. */
  readonly leadIds?: readonly string[]
}

export const Operation = {
  Rest: 'rest',
  Connect: 'connect',
  Grpc: 'grpc',
  GrpcBatch: 'grpc-batch',
  Import: 'import',
  Read: 'read',
  SingleInsert: 'single-insert',
  BatchedInsert: 'batched-insert',
  Publish: 'publish',
  PullAck: 'pull-ack',
} as const
export type Operation = (typeof Operation)[keyof typeof Operation]

/** The outcome of one operation. */
export interface Sent {
  /** The number of leads, rows or messages. */
  readonly items: number
  /** The stored lead, if the operation stores one. */
  readonly leadId?: string
}

/** Repeats one kind of operation. Its connections stay open until the process ends. */
export interface Sender {
  /** Rejects when the operation fails or returns an unexpected answer. */
  send(): Promise<Sent>
}

/** From the starter to the generator: `open` connects, each `begin` and `run` resets the counts. */
export type LoadCommand =
  | { readonly kind: 'open'; readonly job: LoadJob }
  | { readonly kind: 'begin' }
  | { readonly kind: 'run'; readonly operations: number }
  | { readonly kind: 'end' }

/** From the generator to the starter, once per command. `ended` answers `end` and `run`. */
export type LoadReply = { readonly kind: 'done' } | { readonly kind: 'ended'; readonly result: LoadResult }

/** What the generator measured between `begin` and `end`, or in a `run`. */
export interface LoadResult {
  /** Acknowledged leads, rows or messages. */
  readonly items: number
  readonly seconds: number
  readonly failures: number
  readonly firstFailure: string | undefined
  /** From the intended time of an operation to its answer. */
  readonly answer: LatencySummary
  /** From the intended time of an operation to the event of its stored insight. */
  readonly insight: LatencySummary | undefined
}
