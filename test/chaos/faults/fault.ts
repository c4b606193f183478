import type { Random } from '../../../testkit/random.ts'
import type { Stack } from '../stack.ts'

/** A fault that is injected while leads are sent. */
export interface Fault {
  /** In the command line and the report. */
  readonly name: string
  /** Whether the services connect to the servers through proxies. */
  readonly proxied?: true
  /** Whether the run uses a cluster of three nats-servers. */
  readonly cluster?: true
  /** Whether the run fails when a call fails twice in a row. */
  readonly oneRetryIsEnough?: true
  /** Maximum recovery time. Default: as long as leads may take to settle. */
  readonly recoversWithinSeconds?: number
  /** Maximum number of redelivered messages. Default: any number. */
  readonly maxRedelivered?: number
  /**
   * Injects the fault and ends it; resolves when everything is in order again. Every choice depends on `random`.
   * @param onBroken recovery is measured from its last call; without a call, from the end of `inject`
   */
  inject(stack: Stack, random: Random, signal: AbortSignal, onBroken: () => void): Promise<void>
}
