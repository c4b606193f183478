import type { Random } from '../../../testkit/random.ts'
import type { Stack } from '../stack.ts'

/** Something that breaks while leads come in. */
export interface Fault {
  /** For the command line and the report. */
  readonly name: string
  /** Whether there are proxies between the services and the servers. */
  readonly proxied?: true
  /** Whether the run is on a cluster of three nats-servers. */
  readonly cluster?: true
  /** Whether no call may fail twice in a row. */
  readonly oneRetryIsEnough?: true
  /** How long recovery may take; else only that it comes is asked for. */
  readonly recoversWithinSeconds?: number
  /** How many messages may be delivered again; else any number. */
  readonly maxRedelivered?: number
  /**
   * Breaks it and mends it; resolves when all is whole again. Every choice follows from `random`.
   * @param onBroken the last call says from when on recovery is measured; by default it is measured from the end
   */
  inject(stack: Stack, random: Random, signal: AbortSignal, onBroken: () => void): Promise<void>
}
