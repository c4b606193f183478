import type { Readiness, ReadinessMonitor } from './readiness.ts'
import type { RpcService } from './rpc.ts'

/** Whether the server as a whole ("") and each service can be called: in step with readiness. */
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

/** How old the health of a service may be: its protocol pushes a status, it does not ask for one. */
const REFRESH_MS = 2_000
/** Shorter until it is ready for the first time: somebody waits for that. */
const STARTING_REFRESH_MS = 100

/** Evaluates readiness again and again; returns what ends it, also during an evaluation. Safe to call twice. */
export function keepEvaluating(readiness: Pick<ReadinessMonitor, 'evaluate'>): () => void {
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
