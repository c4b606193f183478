import { describe, expect, test } from 'vitest'
import type { Intent, Priority } from '../domain/vocabulary.ts'
import { bootstrapInterval } from './bootstrap.ts'
import { calibrationOf } from './calibration.ts'
import { compare, exactMcNemar } from './compare.ts'
import { costOf, measure } from './measures.ts'
import type { Prediction } from './predict.ts'

function prediction(label: string, predicted: string, confidence = 0.8, lang = 'en'): Prediction {
  const [intent, priority] = label.split(' ') as [Intent, Priority]
  const [predictedIntent, predictedPriority] = predicted.split(' ') as [Intent, Priority]
  return {
    labelled: { id: 'x', note: 'a note', lang, intent, priority },
    analysis: {
      ...{ intent: predictedIntent, priority: predictedPriority, confidence },
      ...{ tags: [], reasons: [], language: lang },
    },
    ms: 2,
  }
}

const SOME = [
  prediction('buy P0', 'buy P0'),
  prediction('buy P1', 'buy P3'),
  prediction('support P0', 'support P1', 0.8, 'de'),
  prediction('support P2', 'spam P3', 0.8, 'de'),
  prediction('spam P3', 'spam P3'),
  prediction('other P2', 'buy P0'),
]

describe('the measures', () => {
  const measures = measure(SOME)

  test('report accuracy as a share of all notes', () => {
    expect(measures).toMatchObject({ n: 6, intent_accuracy: 4 / 6, priority_accuracy: 2 / 6, both_accuracy: 2 / 6 })
    expect(measures.priority_within_one).toBe(4 / 6)
    expect(measures.ms_per_note).toBe(2)
  })

  test('report missed urgent notes and false alarms', () => {
    expect(measures.p0_recall).toBe(1 / 2)
    expect(measures.p01_recall).toBe(2 / 3)
    expect(measures.p0_false_alarm_rate).toBe(1 / 4)
    expect(measures.p01_false_alarm_rate).toBe(1 / 3)
  })

  test('report the share of genuine notes labelled as spam', () => {
    expect(measures.false_spam_rate).toBe(1 / 5)
  })

  test('are broken down by language and by intent', () => {
    expect(measures.per_language.de).toMatchObject({ n: 2, intent_accuracy: 1 / 2 })
    expect(measures.per_intent.buy).toMatchObject({ n: 2, recall: 1, precision: 2 / 3, f1: 0.8 })
    expect(measures.per_intent.job).toMatchObject({ n: 0, recall: null, f1: 0 })
    expect(measures.macro_f1).toBeCloseTo((0.8 + 2 / 3 + 2 / 3 + 0 + 0) / 5)
  })

  test('count each pair of label and prediction in the confusion matrix', () => {
    expect(measures.intent_confusion.support).toEqual({ buy: 0, support: 1, spam: 1, job: 0, other: 0 })
    expect(measures.priority_confusion.P2).toEqual({ P0: 1, P1: 0, P2: 0, P3: 1 })
  })
})

test('the calibration error is zero when confidence equals accuracy, and their difference otherwise', () => {
  const half = [prediction('buy P1', 'buy P1', 0.5), prediction('buy P1', 'spam P3', 0.5)]
  expect(calibrationOf(half).error).toBeCloseTo(0)
  expect(calibrationOf([prediction('buy P1', 'buy P1', 1), ...half]).error).toBeCloseTo(0)
  expect(calibrationOf([prediction('buy P1', 'spam P3', 0.9)]).error).toBeCloseTo(0.9)
})

test('a customer in the spam folder costs most, then a late P0, and a correct prediction costs nothing', () => {
  const costs = [
    'support P1 spam P3',
    'support P0 support P2',
    'buy P1 support P1',
    'buy P1 buy P2',
    'buy P1 buy P1',
  ].map((pair) => {
    const [a, b, c, d] = pair.split(' ')
    return costOf(prediction(`${a} ${b}`, `${c} ${d}`))
  })
  expect(costs).toEqual([...costs].sort((a, b) => b - a))
  expect(new Set(costs).size).toBe(costs.length)
  expect(costs.at(-1)).toBe(0)
})

test('a bootstrap interval contains the figure, narrows with more notes and is reproducible', () => {
  const share = (sample: readonly number[]) => sample.reduce((sum, one) => sum + one, 0) / sample.length
  const few = bootstrapInterval([1, 0, 1, 1, 0, 1, 0, 1], share)
  const many = bootstrapInterval(
    Array.from({ length: 400 }, (_, i) => (i % 8 < 5 ? 1 : 0)),
    share,
  )
  expect(few.low).toBeLessThan(0.625)
  expect(few.high).toBeGreaterThan(0.625)
  expect(many.high - many.low).toBeLessThan(few.high - few.low)
  expect(bootstrapInterval([1, 0, 1, 1, 0, 1, 0, 1], share)).toEqual(few)
})

describe('the comparison of two analyzers', () => {
  test('computes the p-value of the exact McNemar test', () => {
    expect(exactMcNemar(0, 0)).toBe(1)
    expect(exactMcNemar(5, 5)).toBe(1)
    expect(exactMcNemar(1, 9)).toBeCloseTo(22 / 1024)
    expect(exactMcNemar(9, 1)).toBeCloseTo(22 / 1024)
    expect(exactMcNemar(0, 2000)).toBeLessThan(1e-12)
  })

  test('counts notes that only one of them labels correctly', () => {
    const second = SOME.map((one) => ({ ...one, analysis: { ...one.analysis, intent: one.labelled.intent } }))
    const [intent] = compare(SOME, second)
    expect(intent).toMatchObject({ what: 'intent', onlyFirst: 0, onlySecond: 2, pValue: 0.5 })
    expect(intent?.difference).toBeCloseTo(2 / 6)
  })

  test('rejects predictions about different notes', () => {
    expect(() => compare(SOME, [...SOME].reverse())).toThrow('different notes')
  })
})
