import { expect, it } from 'vitest'
import { perSpelling, spellingOf } from './spelling.ts'

it('folds a word, and knows it again', () => {
  expect(spellingOf('Résumé’s').text).toBe("resume's")
  expect(spellingOf('CANT').text).toBe("can't")
  expect(spellingOf('Тpебyются')).toMatchObject({ text: 'требуются', mixedScript: true })
  expect(spellingOf('urgent')).toBe(spellingOf('urgent'))
})

it('computes once for each spelling, and for each function apart', () => {
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

it('remembers neither long numbers nor what is longer than any word, and forgets when there are too many', () => {
  expect(spellingOf('250')).toBe(spellingOf('250'))
  expect(spellingOf('2500')).not.toBe(spellingOf('2500'))
  const long = 'a'.repeat(49)
  expect(spellingOf(long)).not.toBe(spellingOf(long))

  const before = spellingOf('forgettable')
  for (let i = 0; i < 20_000; i++) spellingOf(`word${i}`)
  expect(spellingOf('forgettable')).not.toBe(before)
  expect(spellingOf('forgettable').text).toBe('forgettable')
})
