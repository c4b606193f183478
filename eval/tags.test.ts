import { expect, test } from 'vitest'
import { Intent, type Priority } from '../domain/vocabulary.ts'
import type { Prediction } from './predict.ts'
import { tagMeasures } from './tags.ts'

function prediction(tags: string[] | undefined, predicted: string[], priority?: Priority): Prediction {
  return {
    labelled: { id: 'x', note: 'a note', lang: 'en', intent: Intent.Buy, priority, tags },
    analysis: { intent: Intent.Buy, priority: 'P1', confidence: 0.8, tags: predicted, reasons: [], language: 'en' },
    ms: 2,
  }
}

test('precision and recall count all tags of all notes, and each tag by itself', () => {
  const measures = tagMeasures([
    prediction(['pricing', 'demo'], ['pricing', 'trial']),
    prediction(['pricing'], []),
    prediction([], ['pricing']),
  ])
  expect(measures).toMatchObject({ notes: 3, n: 3, precision: 1 / 3, recall: 1 / 3 })
  expect(measures?.per_tag).toMatchObject({
    pricing: { n: 2, precision: 1 / 2, recall: 1 / 2 },
    demo: { n: 1, precision: null, recall: 0 },
    trial: { n: 0, precision: 0, recall: null },
  })
})

test('urgent is expected on a note labelled P0, also without the tag', () => {
  const measures = tagMeasures([prediction([], ['urgent'], 'P0'), prediction([], ['urgent'], 'P1')])
  expect(measures?.per_tag.urgent).toEqual({ n: 1, precision: 1 / 2, recall: 1 })
})

test('tags that docs/triage.md does not list count neither as labels nor as predictions', () => {
  const measures = tagMeasures([prediction(['data-loss', 'demo'], ['sampler', 'demo'])])
  expect(measures).toMatchObject({ n: 1, precision: 1, recall: 1 })
  expect(Object.keys(measures?.per_tag ?? {})).toHaveLength(15)
})

test('notes without labelled tags are left out, and without any other note there are no figures', () => {
  const unlabelled = prediction(undefined, ['demo'], 'P0')
  expect(tagMeasures([unlabelled])).toBeNull()
  expect(tagMeasures([unlabelled, prediction(['demo'], ['demo'])])).toMatchObject({ notes: 1, n: 1, precision: 1 })
})
