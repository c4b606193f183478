/*
 * The arithmetic by which a cluster chooses the number of workers from the lag, second by second, from the documentation
 * of both parts:
 *  - KEDA looks every `pollingInterval` and decides between zero and one only: up as soon as the lag is above the
 *    activation threshold, down to zero when it was not for `cooldownPeriod`.
 *  - The HorizontalPodAutoscaler decides everything above, every 15 seconds: as many workers as the lag holds thresholds,
 *    or as bring the CPU of each to the target if that is more; within a tolerance of a tenth, no fewer than the most it
 *    wanted within the stabilization window, and no faster than the policies allow.
 */

/** How fast the number may change: by so many pods, or by such a share of them, within a period. */
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
  /** The CPU that each worker should use, in cores. */
  readonly targetCores: number
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly pollingIntervalSeconds: number
  readonly cooldownSeconds: number
  readonly scaleUp: Behavior
  readonly scaleDown: Behavior
}

/** The controller's defaults; a cluster sets them for all its autoscalers. */
const SYNC_SECONDS = 15
const TOLERANCE = 0.1

/** What an autoscaler is told. */
interface Load {
  readonly lag: number
  /** Workers that work, and the CPU that all of them use. */
  readonly workers: number
  readonly cores: number
}

export interface Autoscaler {
  /** The number of workers from this second on, whether or not they have started. To be called for each second. */
  decide(second: number, load: Load): number
}

export function createAutoscaler(settings: ScalingSettings): Autoscaler {
  const { minReplicas, maxReplicas, scaleUp, scaleDown } = settings
  let replicas = minReplicas
  let lastActiveAt = 0
  const wishes: { second: number; replicas: number }[] = []
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

  /** How many there were when a period began: what was added or taken within it does not count. */
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

  /** As many as divide `total` into `target` each; as many as there are when that changes little. */
  const share = (total: number, target: number, among: number) =>
    Math.abs(total / (target * among) - 1) <= TOLERANCE ? replicas : Math.ceil(total / target)

  const aboveOne = (second: number, { lag, workers, cores }: Load) => {
    const byLag = share(lag, settings.lagThreshold, replicas)
    const byCpu = workers === 0 ? 0 : share(cores, settings.targetCores, workers)
    const wanted = Math.max(byLag, byCpu)
    wishes.push({ second, replicas: wanted })
    const within = (windowSeconds: number) =>
      wishes
        .filter((wish) => wish.second > second - windowSeconds || wish.second === second)
        .map((wish) => wish.replicas)
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
