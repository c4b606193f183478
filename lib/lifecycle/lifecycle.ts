import type { Log } from '../log/log.ts'

/** The shutdown steps of a service. */
export interface Lifecycle {
  /** Registers a shutdown step. Steps run one at a time, in reverse order of registration. */
  onStop(name: string, step: () => Promise<void>): void
  /** Whether `stop` was called. */
  readonly stopping: boolean
  /** Runs every step, even if one fails. Resolves to whether all succeeded. Safe to call twice. */
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
        log.error({ err: error, step: name }, 'a shutdown step failed')
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
