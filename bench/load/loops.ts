import type { Sender, Sent } from './job.ts'

/** Called when an operation has ended, with the time at which it was due. */
type OnEnd = (intendedAt: number, outcome: PromiseSettledResult<Sent>) => void

export interface Loop {
  /** Starts no more operations; resolves when those in flight have ended. */
  stop(): Promise<void>
}

interface ClosedLoop extends Loop {
  /** Resolves when all operations have ended. */
  readonly ended: Promise<void>
}

const TICK_MS = 1
const FAILURE_PAUSE_MS = 10

/**
 * A fixed number of callers, each of which starts an operation when its last one has ended. Measures capacity.
 * @param operations ends the loop after so many. Default: only `stop` ends it
 */
export function startClosedLoop(
  sender: Sender,
  callers: number,
  onEnd: OnEnd,
  operations = Number.POSITIVE_INFINITY,
): ClosedLoop {
  let stopping = false
  let begun = 0
  const call = async () => {
    while (!stopping && begun < operations) {
      begun += 1
      const startedAt = performance.now()
      const outcome = await settled(sender.send())
      onEnd(startedAt, outcome)
      if (outcome.status === 'rejected') await new Promise((resolve) => setTimeout(resolve, FAILURE_PAUSE_MS))
    }
  }
  const running = Promise.all(Array.from({ length: callers }, call))
  return {
    ended: running.then(() => undefined),
    stop: async () => {
      stopping = true
      await running
    },
  }
}

/**
 * Arrivals at a fixed rate, regardless of the answers. Latency counts from the time at which an operation was due, so that
 * a stall of either side affects all operations that it delays (no coordinated omission). Operations start on a tick, which
 * adds up to a millisecond to their latency.
 */
export function startOpenLoop(sender: Sender, ratePerSecond: number, onEnd: OnEnd): Loop {
  const running = new Set<Promise<void>>()
  const startedAt = performance.now()
  let begun = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * ratePerSecond)
    while (begun < due) {
      begun += 1
      const intendedAt = startedAt + (begun / ratePerSecond) * 1_000
      const operation = settled(sender.send()).then((outcome) => {
        running.delete(operation)
        onEnd(intendedAt, outcome)
      })
      running.add(operation)
    }
  }, TICK_MS)
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(running)
    },
  }
}

function settled(operation: Promise<Sent>): Promise<PromiseSettledResult<Sent>> {
  return operation.then(
    (value) => ({ status: 'fulfilled', value }),
    (reason: unknown) => ({ status: 'rejected', reason }),
  )
}
