import { expect, it } from 'vitest'
import { wordHash } from './hash.ts'
import { createLexicon, createTextFilter } from './lexicon.ts'
import { spellingOf } from './spelling.ts'

const WORDS = Array.from({ length: 1_000 }, (_, i) => `word${i}`)

it('returns the value of a word in any spelling, and nothing for other words', () => {
  const { get } = createLexicon(new Map(WORDS.map((word, i) => [word, i])))
  expect(WORDS.map((word) => get(spellingOf(word)))).toEqual(WORDS.map((_, i) => i))
  expect(get(spellingOf('WÓRD7'))).toBe(7)
  expect(WORDS.map((word) => get(spellingOf(`no ${word}`))).filter((value) => value !== undefined)).toEqual([])
})

it('filters most absent texts, and no present one', () => {
  const mayHave = createTextFilter(WORDS.map(wordHash))
  expect(WORDS.every((word) => mayHave(wordHash(word)))).toBe(true)
  expect(WORDS.filter((word) => mayHave(wordHash(`no ${word}`))).length).toBeLessThan(100)
})
