import { bootstrapInterval } from './bootstrap.ts'
import type { Comparison } from './compare.ts'
import { type Confusion, costOf, type FileScores, type Measures, macroAverage } from './measures.ts'
import { bothAreRight, intentIsRight, type Prediction, priorityIsRight } from './predict.ts'
import type { TagMeasures } from './tags.ts'

const WORST = 10
const EXCERPT_CHARACTERS = 160

/** Formats figures with their confidence intervals, tables, and the most costly mistakes. */
export function reportOf(name: string, measures: Measures, predictions: readonly Prediction[]): string {
  return [
    `${name}: ${measures.n} notes, ${measures.ms_per_note.toFixed(3)} ms per note`,
    headline(measures, predictions),
    `by language\n${scoreTable(measures.per_language)}`,
    `by intent\n${intentTable(measures)}`,
    `intents: rows are labels, columns are predictions\n${confusionTable(measures.intent_confusion)}`,
    `priorities: rows are labels, columns are predictions\n${confusionTable(measures.priority_confusion)}`,
    `reliability\n${reliabilityTable(measures)}`,
    ...(measures.tags ? [`tags of ${measures.tags.notes} notes\n${tagTable(measures.tags)}`] : []),
    `reasons\n${reasonTable(measures)}`,
    `worst mistakes\n${worstMistakes(predictions)}`,
  ].join('\n\n')
}

/** Formats the figures of each file and their means. */
export function fileReport(files: Readonly<Record<string, FileScores>>): string {
  const line = (name: string, notes: string, scores: Omit<FileScores, 'n'>) => [
    name,
    notes,
    figure(scores.intent_accuracy),
    figure(scores.priority_accuracy),
    figure(scores.customers_called_spam),
    figure(scores.intent_accuracy_when_confident),
  ]
  const table = rows([
    ['', 'notes', 'intent', 'priority', 'customers called spam', 'intent when confident'],
    ...Object.entries(files).map(([name, scores]) => line(name, String(scores.n), scores)),
    line('macro average', '', macroAverage(Object.values(files))),
  ])
  return `by file\n${table}`
}

/** Formats the comparison of two analyzers, with confidence intervals and p-values. */
export function comparisonReport(first: string, second: string, comparisons: readonly Comparison[]): string {
  const lines = comparisons.map(({ what, onlyFirst, onlySecond, difference, interval, pValue }) => {
    const verdict = pValue < 0.05 ? 'significant' : 'not significant'
    const range = `${signed(interval.low)} to ${signed(interval.high)}`
    return `  ${what.padEnd(9)} ${signed(difference)} (95 %: ${range}); only ${first} correct: ${onlyFirst}, only ${second} correct: ${onlySecond}; p = ${pValue.toPrecision(2)}, ${verdict}`
  })
  return [`${second} compared with ${first}`, ...lines].join('\n')
}

function headline(measures: Measures, all: readonly Prediction[]): string {
  const rated = all.filter(({ labelled }) => labelled.priority !== undefined)
  const interval = (predictions: readonly Prediction[], isRight: (prediction: Prediction) => boolean) => {
    if (predictions.length === 0) return ''
    const { low, high } = bootstrapInterval(predictions, (sample) => sample.filter(isRight).length / sample.length)
    return `(95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`
  }
  return rows([
    ['intent accuracy', figure(measures.intent_accuracy), interval(all, intentIsRight)],
    ['priority accuracy', figure(measures.priority_accuracy), interval(rated, priorityIsRight)],
    ['both correct', figure(measures.both_accuracy), interval(rated, bothAreRight)],
    ['priority within one step', figure(measures.priority_within_one), ''],
    ['P0 recall', figure(measures.p0_recall), `false alarms ${figure(measures.p0_false_alarm_rate)}`],
    ['P0 and P1 recall', figure(measures.p01_recall), `false alarms ${figure(measures.p01_false_alarm_rate)}`],
    ['false spam', figure(measures.false_spam_rate), `customers ${figure(measures.customers_called_spam)}`],
    ['intent when confident', figure(measures.intent_accuracy_when_confident), 'confidence 0.9 or more'],
    ['macro F1 of intents', figure(measures.macro_f1), ''],
    ['calibration error', figure(measures.ece), ''],
    ['mean cost of mistakes', figure(measures.mean_cost), ''],
    ['model cost of 1,000 leads', measures.cost_per_1000.toFixed(3), ''],
  ])
}

function scoreTable(perLanguage: Measures['per_language']): string {
  return rows([
    ['', 'notes', 'intent', 'priority', 'both', 'P0+P1 recall', 'false spam'],
    ...Object.entries(perLanguage).map(([language, scores]) => [
      language,
      String(scores.n),
      figure(scores.intent_accuracy),
      figure(scores.priority_accuracy),
      figure(scores.both_accuracy),
      figure(scores.p01_recall),
      figure(scores.false_spam_rate),
    ]),
  ])
}

function intentTable({ per_intent }: Measures): string {
  return rows([
    ['', 'notes', 'precision', 'recall', 'F1', 'priority'],
    ...Object.entries(per_intent).map(([intent, { n, precision, recall, f1, priority_accuracy }]) => [
      intent,
      String(n),
      figure(precision),
      figure(recall),
      figure(f1),
      figure(priority_accuracy),
    ]),
  ])
}

function confusionTable<Label extends string>(confusion: Confusion<Label>): string {
  const labels = Object.keys(confusion) as Label[] // the keys of a Record over Label
  return rows([
    ['', ...labels],
    ...labels.map((actual) => [actual, ...labels.map((predicted) => String(confusion[actual][predicted]))]),
  ])
}

function reliabilityTable({ reliability }: Measures): string {
  return rows([
    ['confidence', 'notes', 'mean', 'correct'],
    ...reliability.map(({ from, to, n, mean_confidence, right }) => [
      `${from.toFixed(1)} to ${to.toFixed(1)}`,
      String(n),
      figure(mean_confidence),
      figure(right),
    ]),
  ])
}

function tagTable({ per_tag, ...all }: TagMeasures): string {
  return rows([
    ['', 'labels', 'precision', 'recall'],
    ...Object.entries({ ...per_tag, 'all tags': all }).map(([tag, { n, precision, recall }]) => [
      tag,
      String(n),
      figure(precision),
      figure(recall),
    ]),
  ])
}

function reasonTable({ n, reasons }: Measures): string {
  return rows([
    ['reasons per note', figure(reasons.per_note)],
    ['generic reasons', figure(reasons.generic)],
    ['reasons on a single word', figure(reasons.on_one_word)],
    ['notes with a fact', figure(reasons.notes_with_fact)],
    ['notes without a reason', figure(reasons.notes_without_reason)],
    ['notes with duplicated spans', `${reasons.duplicated_spans} of ${n}`],
    ['notes with overlapping spans', `${reasons.overlapping_spans} of ${n}`],
  ])
}

function worstMistakes(predictions: readonly Prediction[]): string {
  const wrong = predictions.filter((prediction) => !bothAreRight(prediction))
  return wrong
    .toSorted((a, b) => costOf(b) - costOf(a) || b.analysis.confidence - a.analysis.confidence)
    .slice(0, WORST)
    .map(({ labelled, analysis }) => {
      const excerpt = labelled.note.replaceAll(/\s+/g, ' ').slice(0, EXCERPT_CHARACTERS)
      const reasons = analysis.reasons.map(({ text, weight }) => `${text} (${weight.toFixed(1)})`).join('; ') || 'none'
      return [
        `  ${labelled.id}: ${labelled.intent} ${labelled.priority ?? 'without a priority'}, predicted ${analysis.intent} ${analysis.priority} with confidence ${analysis.confidence}`,
        `    ${excerpt}`,
        `    reasons: ${reasons}`,
      ].join('\n')
    })
    .join('\n')
}

function rows(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}

function figure(share: number | null): string {
  return share === null ? 'none' : share.toFixed(3)
}

function signed(difference: number): string {
  return `${difference < 0 ? '' : '+'}${difference.toFixed(3)}`
}
