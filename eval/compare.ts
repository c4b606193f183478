import { bootstrapInterval, type Interval } from './bootstrap.ts'
import { bothAreRight, intentIsRight, type Prediction, priorityIsRight } from './predict.ts'

/** Compares two analyzers on the same notes, for one label. */
export interface Comparison {
  readonly what: 'intent' | 'priority' | 'both'
  /** Notes that only this analyzer labels correctly. */
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Accuracy of the second minus that of the first. */
  readonly difference: number
  readonly interval: Interval
  /** Of the exact McNemar test: the probability of a split at least this uneven if neither analyzer is better. */
  readonly pValue: number
}

const LABELS = [
  ['intent', intentIsRight],
  ['priority', priorityIsRight],
  ['both', bothAreRight],
] as const

/** @throws Error when the two lists are not about the same notes in the same order */
export function compare(first: readonly Prediction[], second: readonly Prediction[]): Comparison[] {
  return LABELS.map(([what, isRight]) => {
    const pairs = first.map((prediction, i) => {
      const other = second[i]
      if (other?.labelled !== prediction.labelled) throw new Error('the predictions are about different notes')
      return { first: isRight(prediction) ? 1 : 0, second: isRight(other) ? 1 : 0 }
    })
    const onlyFirst = pairs.filter((pair) => pair.first > pair.second).length
    const onlySecond = pairs.filter((pair) => pair.second > pair.first).length
    const difference = (sample: typeof pairs) =>
      sample.reduce((sum, it) => sum + it.second - it.first, 0) / sample.length
    return {
      what,
      onlyFirst,
      onlySecond,
      difference: difference(pairs),
      interval: bootstrapInterval(pairs, (sample) => difference([...sample])),
      pValue: exactMcNemar(onlyFirst, onlySecond),
    }
  })
}

/** Two-sided binomial test of `a` against `b` with probability 1/2. */
export function exactMcNemar(a: number, b: number): number {
  const n = a + b
  let logTerm = -n * Math.LN2 // of C(n, 0) / 2^n
  let tail = 0
  for (let k = 0; k <= Math.min(a, b); k++) {
    tail += Math.exp(logTerm)
    logTerm += Math.log(n - k) - Math.log(k + 1)
  }
  return Math.min(1, 2 * tail)
}
