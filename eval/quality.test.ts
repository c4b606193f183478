import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readDevelopmentNotes, readWrittenNotes } from './labelled-notes.ts'
import { crossValidate, qualityOf } from './learn/cross-validate.ts'
import { measure } from './measures.ts'

const KEPT = JSON.parse(readFileSync(new URL('quality.json', import.meta.url), 'utf8'))

/** The promised quality. */
const FLOORS = {
  intent_accuracy: 0.91,
  priority_accuracy: 0.88,
  p01_recall: 0.935,
  tag_precision: 0.8,
  tag_recall: 0.7,
}
const CEILINGS = { false_spam_rate: 0.012, ece: 0.05, generic_reasons: 0.33, duplicated_spans: 0 }

// trains three models, which takes two and a half minutes on an idle machine
test('the cross-validated quality of the rule analyzer matches quality.json', { timeout: 900_000 }, async () => {
  const { folds } = await crossValidate(readDevelopmentNotes(), readWrittenNotes())
  const quality = qualityOf(folds)
  // logarithms can differ in the last bit between processors, and flip a note close to a decision boundary
  for (const [name, figure] of Object.entries(KEPT))
    expect.soft(quality, name).toHaveProperty(name, expect.closeTo(figure as number, 2))
  for (const [name, floor] of Object.entries(FLOORS))
    expect(quality[name as keyof typeof FLOORS]).toBeGreaterThanOrEqual(floor)
  for (const [name, most] of Object.entries(CEILINGS))
    expect(quality[name as keyof typeof CEILINGS]).toBeLessThanOrEqual(most)
  expect(folds.map((fold) => measure(fold).n)).toEqual([420, 450, 450])
})

test('the model file stays below 2 MB', () => {
  const file = new URL('../services/triage/analyzers/rules/learned/model.br', import.meta.url)
  expect(statSync(file).size).toBeLessThan(2_000_000)
})
