import { describe, expect, it } from 'vitest'
import { readNote } from '../reading/read-note.ts'
import { loadModel, OUTPUTS, ROW_LENGTH } from './model.ts'
import { createScorer } from './scores.ts'
import { createVectorReader } from './vector.ts'

const model = loadModel(new URL('model.br', import.meta.url))
const { reader, score } = createScorer(model)
const vectorReader = createVectorReader(model)

const NOTES = [
  'price?',
  'We need 20 licences by Friday, can you send a quote? We need it by Friday.',
  'Xyzzyfication of the frobnitz fails, fails, fails!',
  'Спасибо!\n\n> Хотите демонстрацию или расчёт на 50 мест?',
  '12 000 € 2026',
  '...',
]

describe('scores', () => {
  it.each(NOTES)('are the sum over the vector that training uses: %j', (note) => {
    const { words, findings } = readNote(note, new Date('2026-03-11T10:00:00Z'))
    const features = reader.read(note, words, findings)
    const scores = score(features, new Float64Array(OUTPUTS))
    const { rows, values } = vectorReader.read(note, { words, findings })
    const sums = new Float64Array(OUTPUTS)
    for (const [i, row] of rows.entries()) {
      for (let k = 0; k < OUTPUTS; k++) {
        sums[k] = (sums[k] ?? 0) + (values[i] ?? 0) * (model.weights[row * ROW_LENGTH + k] ?? 0) * model.scale
      }
    }
    for (const [k, sum] of sums.entries()) expect(scores[k]).toBeCloseTo(sum, 2) // sums of words are rounded
    expect(rows.length === 0 ? 2 : Math.hypot(...values)).toBeCloseTo(2, 4)
  })

  it('skip what the model does not know, and read unknown words by their letters', () => {
    const { words, findings } = readNote('zzqqj unsubscribeable', new Date(0))
    const { ofWords, records } = reader.read('', words, findings)
    expect([...records.slice(0, 2)].map((record) => ofWords.isKnown(record))).toEqual([false, false])
    expect(vectorReader.wordRows({ words, findings }).length).toBeGreaterThan(5)
  })
})
