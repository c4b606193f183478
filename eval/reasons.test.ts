import { expect, test } from 'vitest'
import { Intent } from '../domain/vocabulary.ts'
import { createRuleAnalyzer } from '../services/triage/analyzers/rules/rule-analyzer.ts'
import { type Prediction, predict } from './predict.ts'
import { reasonMeasures } from './reasons.ts'

const NOTE = 'What does it cost for 20 seats?'
const GENERIC = 'sounds like someone who wants to buy'

/** @param reasons texts with the words of the note that they are about */
function prediction(...reasons: (readonly [text: string, words: string])[]): Prediction {
  return {
    labelled: { id: 'x', note: NOTE, lang: 'en', intent: Intent.Buy },
    analysis: {
      ...{ intent: Intent.Buy, priority: 'P1', confidence: 0.8, tags: [], language: 'en' },
      reasons: reasons.map(([text, words]) => {
        const start = NOTE.indexOf(words)
        return { text, start, end: start + words.length, weight: 1 }
      }),
    },
    ms: 2,
  }
}

test('generic reasons and single words are shares of all reasons, notes with a fact and without a reason of all notes', () => {
  const measures = reasonMeasures([
    prediction(['asks for a price', 'What does it cost'], ['names a number of seats', '20 seats'], [GENERIC, 'for']),
    prediction([GENERIC, 'it cost']),
    prediction(),
    prediction(),
  ])
  expect(measures).toEqual({
    per_note: 1,
    generic: 2 / 4,
    on_one_word: 1 / 4,
    notes_with_fact: 1 / 4,
    notes_without_reason: 2 / 4,
    duplicated_spans: 0,
    overlapping_spans: 0,
  })
})

test('notes with duplicated and with overlapping spans are counted once each', () => {
  const same = prediction(['a', 'seats'], ['b', 'seats'], ['c', 'seats'])
  const within = prediction(['a', '20 seats'], ['b', 'seats'])
  const adjacent = prediction(['a', '20'], ['b', ' seats'])
  expect(reasonMeasures([same, within, adjacent])).toMatchObject({ duplicated_spans: 1, overlapping_spans: 2 })
})

test('notes without reasons have no shares of reasons', () => {
  expect(reasonMeasures([prediction()])).toMatchObject({ generic: null, on_one_word: null, per_note: 0 })
})

// gibberish: no finding of the vocabulary applies, so that the reasons can only repeat the verdict
test('the learned reasons of the rule analyzer are recognized as generic', async () => {
  const note = { id: 'x', note: 'blorf wizzle quamp snerd tonk', lang: 'en', intent: Intent.Spam }
  const measures = reasonMeasures(await predict(createRuleAnalyzer(), [note]))
  expect(measures).toMatchObject({ generic: 1, notes_without_reason: 0, notes_with_fact: 0 })
})
