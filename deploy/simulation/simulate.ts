import type { ScalingSettings } from './autoscaler.ts'
import { createAutoscaler } from './autoscaler.ts'

export interface Scenario {
  readonly settings: ScalingSettings
  /** Throughput of one worker. */
  readonly leadsPerSecond: number
  /** Leads of a busy worker in the queue, waiting or in flight; the others wait in PostgreSQL and do not count as lag. */
  readonly busyLag: number
  /** CPU time of a worker per lead. */
  readonly cpuSecondsPerLead: number
  /** From the scaling decision until a new worker is ready: scheduling, image pull, start. */
  readonly podStartSeconds: number
  /** Leads that arrive within the given second. */
  readonly arrivals: (second: number) => number
  readonly seconds: number
}

/** The state at the end of a second. */
export interface Sample {
  readonly second: number
  /** Leads that wait, in the queue or in PostgreSQL. */
  readonly waiting: number
  /** Running workers. */
  readonly workers: number
  /** Waiting time of the oldest lead. */
  readonly oldestSeconds: number
}

/** Simulates a scenario second by second; the queue is first in, first out. */
export function simulate(scenario: Scenario): Sample[] {
  const { settings, leadsPerSecond, busyLag, cpuSecondsPerLead, podStartSeconds, arrivals, seconds } = scenario
  const autoscaler = createAutoscaler(settings)
  const samples: Sample[] = []
  const decided: number[] = []
  const arrived: number[] = []
  let waiting = 0
  let workers = settings.minReplicas
  let done = 0
  let handled = 0
  let oldest = 0
  for (let second = 0; second < seconds; second += 1) {
    const lag = Math.min(waiting, Math.max(1, workers) * busyLag)
    decided.push(autoscaler.decide(second, { lag, workers, cores: done * cpuSecondsPerLead }))
    // scaling down takes effect at once, scaling up after podStartSeconds
    workers = Math.min(...decided.slice(Math.max(0, second - podStartSeconds)))
    const arriving = arrivals(second)
    arrived.push((arrived.at(-1) ?? 0) + arriving)
    done = Math.min(waiting + arriving, workers * leadsPerSecond)
    waiting += arriving - done
    handled += done
    while (oldest < second && (arrived[oldest] ?? 0) <= handled) oldest += 1
    samples.push({ second, waiting, workers, oldestSeconds: waiting === 0 ? 0 : second - oldest })
  }
  return samples
}

export interface Outcome {
  /** From the end of the burst until the queue is empty; undefined if it never is. */
  readonly drainSeconds: number | undefined
  readonly mostWorkers: number
  readonly longestWaitSeconds: number
  readonly mostWaiting: number
}

export function outcomeOf(samples: readonly Sample[], burstEndsAt: number): Outcome {
  const drained = samples.find(({ second, waiting }) => second >= burstEndsAt && waiting === 0)
  return {
    drainSeconds: drained === undefined ? undefined : drained.second - burstEndsAt,
    mostWorkers: Math.max(...samples.map(({ workers }) => workers)),
    longestWaitSeconds: Math.max(...samples.map(({ oldestSeconds }) => oldestSeconds)),
    mostWaiting: Math.max(...samples.map(({ waiting }) => waiting)),
  }
}
