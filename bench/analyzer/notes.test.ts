import { expect, test } from 'vitest'
import { MAX_SPELLINGS, onForget } from '../../services/triage/analyzers/rules/reading/spelling.ts'
import { createRuleAnalyzer } from '../../services/triage/analyzers/rules/rule-analyzer.ts'
import { displacingNotes, longNotes } from './notes.ts'

const NOTES = ['Price for 20 seats?', 'Сколько стоит Pro?', 'Gibt es Café-Plätze?']

test('no displacing word occurs twice, or in the timed notes', () => {
  const words = displacingNotes([], 90).flatMap((note) => note.split(' '))
  expect(new Set(words).size).toBe(90)
  const [first = ''] = words
  expect(displacingNotes([`${first.toUpperCase()}!`], 90).join(' ')).not.toMatch(new RegExp(`\\b${first}\\b`))
})

test('displacing notes make the analyzer forget its spellings at least twice', async () => {
  const analyzer = createRuleAnalyzer({ warmUp: false })
  const forgotten: [first: number, end: number][] = []
  onForget((first, end) => forgotten.push([first, end]))
  const { signal } = new AbortController()
  for (const note of displacingNotes(NOTES)) await analyzer.analyze({ note, receivedAt: new Date(0) }, signal)
  expect(forgotten.length).toBeGreaterThanOrEqual(2)
  for (const [first, end] of forgotten) {
    expect(first).toBeLessThan(12_000) // the words of the model are kept
    expect(end).toBeGreaterThan(MAX_SPELLINGS - 2_001)
  }
})

test('every long note has 20,000 characters', () => {
  const lengths = Object.values(longNotes(NOTES)).map(({ length }) => length)
  expect(new Set(lengths)).toEqual(new Set([20_000]))
})
