/*
 * A simulation of how Kubernetes scales workers, by the documentation of its two parts:
 *  - KEDA polls the lag every `pollingInterval` and scales between zero and one only: up when the lag is above the
 *    activation threshold, down to zero when it has not been for `cooldownPeriod`.
 *  - The HorizontalPodAutoscaler scales from one upwards, every 15 seconds: to the lag divided by the threshold, or to the
 *    CPU divided by the target if that is more; with a tolerance of a tenth, not below the maximum of the stabilization
 *    window, and no faster than the policies allow.
 */

/** Limits the change within a period to a number or a percentage of pods. */
interface Policy {
  readonly type: 'Pods' | 'Percent'
  readonly value: number
  readonly periodSeconds: number
}

interface Behavior {
  readonly stabilizationWindowSeconds: number
  readonly policies: readonly Policy[]
}

export interface ScalingSettings {
  readonly lagThreshold: number
  readonly activationLagThreshold: number
  /** Target CPU per worker, in cores. */
  readonly targetCores: number
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly pollingIntervalSeconds: number
  readonly cooldownSeconds: number
  readonly scaleUp: Behavior
  readonly scaleDown: Behavior
}

/** Defaults of the controller, which are configured per cluster. */
const SYNC_SECONDS = 15
const TOLERANCE = 0.1

/** The metrics of an autoscaler. */
interface Load {
  readonly lag: number
  /** Running workers, and the CPU that they use in total. */
  readonly workers: number
  readonly cores: number
}

export interface Autoscaler {
  /** Returns the wanted number of workers. Must be called for every second. */
  decide(second: number, load: Load): number
}

export function createAutoscaler(settings: ScalingSettings): Autoscaler {
  const { minReplicas, maxReplicas, scaleUp, scaleDown } = settings
  let replicas = minReplicas
  let lastActiveAt = 0
  const recommendations: { second: number; replicas: number }[] = []
  const changes: { second: number; by: number }[] = []

  const set = (second: number, next: number) => {
    if (next !== replicas) changes.push({ second, by: next - replicas })
    replicas = next
  }

  const betweenZeroAndOne = (second: number, lag: number) => {
    const isActive = lag > settings.activationLagThreshold
    if (isActive) lastActiveAt = second
    if (isActive && replicas === 0) set(second, 1)
    if (!isActive && minReplicas === 0 && second - lastActiveAt >= settings.cooldownSeconds) set(second, 0)
  }

  /** The number of workers at the start of the period, without the changes in this direction since. */
  const atStartOf = (second: number, periodSeconds: number, direction: 1 | -1) =>
    changes
      .filter((change) => change.second > second - periodSeconds && Math.sign(change.by) === direction)
      .reduce((count, { by }) => count - by, replicas)

  const fastest = (second: number, { policies }: Behavior, direction: 1 | -1) => {
    const limits = policies.map(({ type, value, periodSeconds }) => {
      const start = atStartOf(second, periodSeconds, direction)
      const limit = type === 'Pods' ? start + direction * value : start * (1 + (direction * value) / 100)
      return direction === 1 ? Math.ceil(limit) : Math.floor(limit)
    })
    return direction === 1 ? Math.max(replicas, ...limits) : Math.min(replicas, ...limits)
  }

  /** `total` divided by `target`, rounded up; the current number within the tolerance. */
  const share = (total: number, target: number, among: number) =>
    Math.abs(total / (target * among) - 1) <= TOLERANCE ? replicas : Math.ceil(total / target)

  const aboveOne = (second: number, { lag, workers, cores }: Load) => {
    const byLag = share(lag, settings.lagThreshold, replicas)
    const byCpu = workers === 0 ? 0 : share(cores, settings.targetCores, workers)
    const wanted = Math.max(byLag, byCpu)
    recommendations.push({ second, replicas: wanted })
    const within = (windowSeconds: number) =>
      recommendations
        .filter((one) => one.second > second - windowSeconds || one.second === second)
        .map((one) => one.replicas)
    const lowest = Math.min(...within(scaleUp.stabilizationWindowSeconds))
    const highest = Math.max(...within(scaleDown.stabilizationWindowSeconds))
    const stable = lowest > replicas ? lowest : Math.min(highest, replicas)
    const reachable =
      stable > replicas
        ? Math.min(stable, fastest(second, scaleUp, 1))
        : Math.max(stable, stable < replicas ? fastest(second, scaleDown, -1) : replicas)
    set(second, Math.min(maxReplicas, Math.max(1, minReplicas, reachable)))
  }

  return {
    decide: (second, load) => {
      if (second % settings.pollingIntervalSeconds === 0) betweenZeroAndOne(second, load.lag)
      if (second % SYNC_SECONDS === 0 && replicas > 0) aboveOne(second, load)
      return replicas
    },
  }
}
