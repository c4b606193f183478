import { HealthImplementation } from 'grpc-health-check'
import type { Readiness, ReadinessMonitor } from './readiness.ts'
import type { RpcService } from './rpc.ts'

/** grpc.health.v1 for the server as a whole ("") and for each service, in step with readiness. */
export interface Health {
  readonly implementation: HealthImplementation
  set(status: Readiness['status']): void
}

export function createHealth(services: readonly RpcService[]): Health {
  const implementation = new HealthImplementation()
  const names = ['', ...services.map(({ descriptor }) => descriptor.typeName)]
  const set = (status: Readiness['status']) => {
    for (const name of names) implementation.setStatus(name, status === 'unready' ? 'NOT_SERVING' : 'SERVING')
  }
  set('unready')
  return { implementation, set }
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
