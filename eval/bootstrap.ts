/** A 95 % confidence interval. */
export interface Interval {
  readonly low: number
  readonly high: number
}

const RESAMPLES = 1000
const SEED = 20_260_101

/**
 * Computes a percentile bootstrap interval (Efron 1979): the figure over a thousand samples drawn with replacement. The
 * generator is seeded, so the same items give the same interval.
 */
export function bootstrapInterval<T>(items: readonly T[], figure: (sample: readonly T[]) => number): Interval {
  const random = mulberry32(SEED)
  const figures = Array.from(
    { length: RESAMPLES },
    () => figure(items.map(() => items[Math.floor(random() * items.length)] as T)), // the index lies inside
  ).sort((a, b) => a - b)
  const at = (share: number) => figures[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] ?? Number.NaN
  return { low: at(0.025), high: at(0.975) }
}

/** Uniform in [0, 1), with 32 bits of state (Tommy Ettinger's mulberry32). `Math.random` cannot be seeded. */
export function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
