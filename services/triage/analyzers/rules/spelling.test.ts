import { expect, it } from 'vitest'
import { perSpelling, spellingOf } from './spelling.ts'

it('folds a word, and returns the same object for the same word', () => {
  expect(spellingOf('Résumé’s').text).toBe("resume's")
  expect(spellingOf('CANT').text).toBe("can't")
  expect(spellingOf('Тpебyются')).toMatchObject({ text: 'требуются', mixedScript: true })
  expect(['Škoda', 'ціна', 'größe', 'été'].map((word) => spellingOf(word).foreign)).toEqual([true, true, false, false])
  expect(spellingOf('urgent')).toBe(spellingOf('urgent'))
})

it('computes once per spelling, separately for each function', () => {
  const computed: string[] = []
  const lengthOf = perSpelling(({ text }) => {
    computed.push(text)
    return text.length
  })
  const isShort = perSpelling(({ text }) => text.length < 4)
  expect(['cheap', 'now', 'cheap'].map((word) => lengthOf(spellingOf(word)))).toEqual([5, 3, 5])
  expect(['cheap', 'now', 'cheap'].map((word) => isShort(spellingOf(word)))).toEqual([false, true, false])
  expect(computed).toEqual(['cheap', 'now'])
})

it('does not cache long numbers or overlong words, and clears the cache when it is full', () => {
  expect(spellingOf('2026')).toBe(spellingOf('2026'))
  expect(spellingOf('25000')).not.toBe(spellingOf('25000'))
  const long = 'a'.repeat(49)
  expect(spellingOf(long)).not.toBe(spellingOf(long))

  const before = spellingOf('forgettable')
  for (let i = 0; i < 30_000; i++) spellingOf(`word${i}`)
  expect(spellingOf('forgettable')).not.toBe(before)
  expect(spellingOf('forgettable').text).toBe('forgettable')
})
