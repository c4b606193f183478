import { setTimeout as sleep } from 'node:timers/promises'
import { describeExit } from '../../embedded/embedded-server.ts'
import { trySignal } from '../../embedded/processes.ts'
import { isServiceReady } from '../../embedded/service-process.ts'
import { waitUntil } from '../../embedded/wait-until.ts'
import type { Service } from '../../testkit/services/service.ts'
import { EndedEarly, untilReady } from '../../testkit/services/service.ts'

/*
 * A service process with a supervisor and a load balancer. Invariants:
 *  1. A process that ends without being stopped is replaced at once, as often as necessary.
 *  2. A process is in the load balancer from when it is ready until it reports not ready, or until
 *     REMOVED_AFTER_MS after it has died.
 */
export interface SupervisedProcess {
  readonly name: string
  readonly service: Service
  /** How processes ended that were neither killed nor stopped. */
  readonly crashes: readonly string[]
  /**
   * Kills the process. `isHit` is false when it has already ended; `replaced` resolves when its replacement is ready.
   */
  kill(): { readonly isHit: boolean; readonly replaced: Promise<void> }
  /** @throws Error when no process runs, since the fault would have no effect */
  freeze(): void
  unfreeze(): void
  /** Starts a replacement and stops the process once that is ready; resolves to the exit code. */
  roll(): Promise<number | null>
  /** Stops the process for good; resolves to the exit code. */
  stop(): Promise<number | null>
}

export interface SupervisedProcessOptions {
  readonly name: string
  readonly start: () => Promise<Service>
  readonly onReady: (service: Service) => void
  readonly onGone: (service: Service) => void
  /** Cancels all waiting and restarting. */
  readonly signal: AbortSignal
}

const RESTART_PAUSE_MS = 100
/** How long the load balancer still routes to a process that has died. */
const REMOVED_AFTER_MS = 500

export async function superviseProcess(options: SupervisedProcessOptions): Promise<SupervisedProcess> {
  const { name, onReady, onGone, signal } = options
  const dismissed = new Set<Service>()
  const crashes: string[] = []
  let replaced = Promise.withResolvers<void>()

  const launch = async (): Promise<Service> => {
    const next = await options.start()
    await untilReady(next, signal)
    onReady(next)
    watch(next)
    return next
  }
  const launchWithRetries = async (): Promise<Service> => {
    for (;;) {
      try {
        return await launch()
      } catch (error) {
        signal.throwIfAborted()
        // a process killed while it starts is no crash; any other error is recorded once, however often it occurs
        const isKilled = error instanceof EndedEarly && error.exit.signal === 'SIGKILL'
        if (!isKilled && !crashes.includes(String(error))) crashes.push(String(error))
        await sleep(RESTART_PAUSE_MS)
      }
    }
  }
  const watch = (current: Service) => {
    void current.exited.then(async (exit) => {
      if (dismissed.has(current) || signal.aborted) return
      if (exit.signal !== 'SIGKILL') crashes.push(`${describeExit(exit)}. Its last lines:\n${exit.lastLines}`)
      setTimeout(onGone, REMOVED_AFTER_MS, current) // 2
      try {
        service = await launchWithRetries() // 1
      } catch {
        if (!signal.aborted) process.stderr.write(`${name} cannot be restarted\n`)
      }
      replaced.resolve()
      replaced = Promise.withResolvers()
    })
  }
  const dismiss = async (old: Service) => {
    dismissed.add(old)
    const exit = old.exited.then(({ code }) => code)
    const stopped = old.stop()
    let running = true
    void exit.then(() => {
      running = false
    })
    const isGone = async () => !running || !(await isServiceReady(old.url)) || undefined
    await waitUntil(isGone, { timeoutMs: Number.POSITIVE_INFINITY, intervalMs: 50 })
    onGone(old) // 2
    await stopped
    return exit
  }
  let service = await launch()

  return {
    name,
    crashes,
    get service() {
      return service
    },
    kill: () => ({ replaced: replaced.promise, isHit: trySignal(service.pid, 'SIGKILL') }),
    freeze: () => {
      if (!trySignal(service.pid, 'SIGSTOP')) throw new Error(`${name} is not running and cannot be frozen`)
    },
    unfreeze: () => void trySignal(service.pid, 'SIGCONT'),
    roll: async () => {
      const old = service
      service = await launch()
      return dismiss(old)
    },
    stop: () => dismiss(service),
  }
}
