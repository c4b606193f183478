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

it('shares the results of all raw forms, but keeps nothing of words that it does not cache', () => {
  expect(spellingOf('PRICE')).toBe(spellingOf('price'))
  // longer than a cached number, though it folds to two characters
  const raw = '7\u200b\u200b\u200b\u200bq'
  expect(spellingOf(raw).text).toBe('7q')
  expect(spellingOf(raw)).not.toBe(spellingOf(raw))
})

it('finds words in constant time, also when they were chosen to share a place in the table', () => {
  const ordinary = Array.from({ length: 1_000 }, (_, i) => `word${i}`)
  const hostile = wordsAtOnePlace(8_000)
  for (const word of [...ordinary, ...hostile]) expect(spellingOf(word).text).toBe(word)
  // 6 times as long with bounded steps, 200 times without
  expect(msPerWord(hostile)).toBeLessThan(40 * msPerWord(ordinary))
})

/** Of five attempts the shortest. */
function msPerWord(words: readonly string[]): number {
  const attempts = Array.from({ length: 5 }, () => {
    const startedAt = performance.now()
    for (const word of words) spellingOf(word)
    return (performance.now() - startedAt) / words.length
  })
  return Math.min(...attempts)
}

/** Words of nine letters whose hashes, computed as in `spelling.ts`, begin one cluster. */
function wordsAtOnePlace(count: number): string[] {
  const words: string[] = []
  for (let seed = 1; words.length < count; ) {
    let word = ''
    for (let i = 0; i < 9; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
      word += String.fromCharCode(97 + ((seed >>> 8) % 26))
    }
    let hash = 0
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x5bd1e995)
    if (((hash ^ (hash >>> 15)) & 65_535) < 64) words.push(word)
  }
  return words
}
