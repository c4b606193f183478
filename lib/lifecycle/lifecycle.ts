import type { Log } from '../log/log.ts'

/** Collects what has to be closed when a service stops, and closes it. */
export interface Lifecycle {
  /** Registers a closing step. Steps run one after the other, the last registered first. */
  onStop(name: string, step: () => Promise<void>): void
  /** Whether `stop` was called. */
  readonly stopping: boolean
  /** Runs every step, also when one fails; says whether all went well. Safe to call twice. */
  stop(): Promise<boolean>
}

export function createLifecycle(log: Log): Lifecycle {
  const steps: { name: string; step: () => Promise<void> }[] = []
  let stopped: Promise<boolean> | undefined

  const stop = async () => {
    let clean = true
    for (const { name, step } of steps.reverse()) {
      try {
        await step()
      } catch (error) {
        clean = false
        log.error({ err: error, step: name }, 'a closing step failed')
      }
    }
    return clean
  }

  return {
    onStop: (name, step) => steps.push({ name, step }),
    get stopping() {
      return stopped !== undefined
    },
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}
