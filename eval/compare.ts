import { bootstrapInterval, type Interval } from './bootstrap.ts'
import { bothAreRight, intentIsRight, priorityIsRight } from './measures.ts'
import type { Prediction } from './predict.ts'

/** Two analyzers on the same notes, in one respect. */
export interface Comparison {
  readonly what: 'intent' | 'priority' | 'both'
  /** Notes that only the first, and that only the second analyzer has right. */
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Accuracy of the second minus that of the first. */
  readonly difference: number
  readonly interval: Interval
  /** How probable so uneven a split is when neither is better: the exact McNemar test. */
  readonly pValue: number
}

const RESPECTS = [
  ['intent', intentIsRight],
  ['priority', priorityIsRight],
  ['both', bothAreRight],
] as const

/** @param first and `second` judge the same notes in the same order */
export function compare(first: readonly Prediction[], second: readonly Prediction[]): Comparison[] {
  return RESPECTS.map(([what, isRight]) => {
    const pairs = first.map((prediction, i) => {
      const other = second[i]
      if (other?.labelled !== prediction.labelled) throw new Error('the two analyzers judged different notes')
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

/** Two-sided binomial test of `a` against `b` at one half. */
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
