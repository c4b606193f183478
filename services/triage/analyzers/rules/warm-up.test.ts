import { expect, it } from 'vitest'
import { loadModel } from './learned/model.ts'
import { createScorer } from './learned/scores.ts'
import { readNote } from './reading/read-note.ts'
import { MAX_SPELLINGS, spellingOf } from './reading/spelling.ts'
import { warmUpNotes } from './warm-up.ts'

it('reads words that the model knows, the most frequent first', () => {
  const { reader } = createScorer(loadModel(new URL('learned/model.br', import.meta.url)))
  const [first = ''] = warmUpNotes()
  expect(first).toMatch(/^the /)
  const { words, findings } = readNote(first, new Date(0))
  const { ofWords, records, size } = reader.read(first, words, findings)
  expect(size).toBe(60)
  expect([...records.subarray(0, size)].every((record) => ofWords.isKnown(record))).toBe(true)
})

it('keeps the spellings of these words', () => {
  const kept = spellingOf('price')
  for (let i = 0; i < MAX_SPELLINGS; i++) spellingOf(`word${i}`)
  expect(spellingOf('price')).toBe(kept)
})
