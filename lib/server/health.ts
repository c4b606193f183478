import type { Readiness, ReadinessMonitor } from './readiness.ts'
import type { RpcService } from './rpc.ts'

/** The serving status of the whole server ("") and of each service. It follows readiness. */
export interface Health {
  readonly names: readonly string[]
  readonly isServing: boolean
  /** Resolves at the next change. */
  changed(): Promise<void>
  set(status: Readiness['status']): void
}

export function createHealth(services: readonly RpcService[]): Health {
  let isServing = false
  let change = Promise.withResolvers<void>()
  return {
    names: ['', ...services.map(({ descriptor }) => descriptor.typeName)],
    get isServing() {
      return isServing
    },
    changed: () => change.promise,
    set: (status) => {
      if (isServing === (status !== 'unready')) return
      isServing = !isServing
      change.resolve()
      change = Promise.withResolvers()
    },
  }
}

/**
 * The maximum age of the status that gRPC health reports: watchers get it pushed, so nothing else triggers an update.
 */
const REFRESH_MS = 2_000
/** The interval until the service is first ready. It is shorter because a rollout waits for it. */
const STARTING_REFRESH_MS = 100

/**
 * Evaluates readiness periodically. Returns a function that stops it, also during an evaluation; safe to call twice.
 */
export function evaluatePeriodically(readiness: Pick<ReadinessMonitor, 'evaluate'>): () => void {
  let timer: NodeJS.Timeout | undefined
  let wasReady = false
  let stopped = false
  const next = async () => {
    const { status } = await readiness.evaluate()
    if (stopped) return
    wasReady ||= status !== 'unready'
    timer = setTimeout(() => void next(), wasReady ? REFRESH_MS : STARTING_REFRESH_MS).unref()
  }
  void next()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
