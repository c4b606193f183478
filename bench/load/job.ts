import type { LatencySummary } from './latency.ts'

/** What the load generator, a process of its own, is asked to do. */
export interface LoadJob {
  readonly operation: Operation
  /** Where: the URL of a protocol, of PostgreSQL or of NATS. */
  readonly url: string
  /** How many operations are under way at once; in an open loop, how many connections there are at most. */
  readonly concurrency: number
  /** Arrivals per second, whatever the answers take (an open loop). Without it a next one starts when one has ended. */
  readonly ratePerSecond?: number
  /** Where `InsightReady` of each lead is heard, for the time from request to stored insight. */
  readonly insightEvents?: { readonly natsUrl: string; readonly subjects: string }
  /**
   * Whether an operation lasts until the insight is stored, so that never more than `concurrency` leads wait for triage. For
   * a closed loop with `insightEvents`. Default: false, it lasts until the answer.
   */
  readonly untilInsight?: boolean
  /** How many messages `pull-ack` finds stored: more than it pulls until the end. */
  readonly storedMessages?: number
  /** What `read` asks for. */
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

/** From the starter to the generator: `open` connects, each `begin` starts counting anew. */
export type LoadCommand =
  | { readonly kind: 'open'; readonly job: LoadJob }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }

/** From the generator to the starter, once for each command. */
export type LoadReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'ended'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly message: string }

/** What the generator saw between `begin` and `end`. */
export interface LoadResult {
  /** Leads, rows or messages that were answered for. */
  readonly items: number
  readonly seconds: number
  readonly failures: number
  readonly firstFailure: string | undefined
  /** From the intended time of an operation to its answer. */
  readonly answer: LatencySummary
  /** From the intended time of an operation to the event of its stored insight. */
  readonly insight: LatencySummary | undefined
}
