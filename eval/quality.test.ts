import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { crossValidate } from './learn/cross-validate.ts'
import { readDevelopmentNotes, readWrittenNotes } from './learn/data-files.ts'
import { qualityOf } from './learn/quality.ts'
import { measure } from './measures.ts'

const KEPT = JSON.parse(readFileSync(new URL('quality.json', import.meta.url), 'utf8'))

/** What is promised, below which no change may bring the figures. */
const FLOORS = { intent_accuracy: 0.76, priority_accuracy: 0.7, p01_recall: 0.8 }
const CEILINGS = { false_spam_rate: 0.03, ece: 0.07 }

// learns three times, which takes half a minute on a quiet machine
test('the rule analyzer, tested on each file with what it learned from the others, is as good as it was', {
  timeout: 400_000,
}, async () => {
  const { turns } = await crossValidate(readDevelopmentNotes(), readWrittenNotes())
  const quality = qualityOf(turns)
  // the logarithms of two processors may differ in their last bit, and a note on the fence with them
  for (const [name, figure] of Object.entries(KEPT))
    expect.soft(quality, name).toHaveProperty(name, expect.closeTo(figure as number, 2))
  for (const [name, floor] of Object.entries(FLOORS))
    expect(quality[name as keyof typeof FLOORS]).toBeGreaterThanOrEqual(floor)
  for (const [name, most] of Object.entries(CEILINGS))
    expect(quality[name as keyof typeof CEILINGS]).toBeLessThanOrEqual(most)
  expect(turns.map((turn) => measure(turn).n)).toEqual([420, 450, 450])
})

test('what was learned stays small', () => {
  const file = new URL('../services/triage/analyzers/rules/learned/model.br', import.meta.url)
  expect(statSync(file).size).toBeLessThan(1_000_000)
})
