import { expect, it } from 'vitest'
import {
  isForeign,
  isMixedScript,
  keepSpellings,
  MAX_SPELLINGS,
  objectPerSpelling,
  perSpelling,
  spellingOf,
  textOf,
} from './spelling.ts'

it('folds a word, and returns the same number for the same word in any case', () => {
  expect(textOf(spellingOf('Résumé’s'))).toBe("resume's")
  expect(textOf(spellingOf('CANT'))).toBe("can't")
  expect(spellingOf('urgent')).toBe(spellingOf('urgent'))
  expect(spellingOf('Цена')).toBe(spellingOf('ЦЕНА'))
  expect(spellingOf('PRICE')).toBe(spellingOf('price'))
  expect(spellingOf('pricé')).not.toBe(spellingOf('price'))
})

it('knows letters of two scripts and of other languages', () => {
  const masked = spellingOf('Тpебyются')
  expect(textOf(masked)).toBe('требуются')
  expect(isMixedScript(masked)).toBe(true)
  expect(['Škoda', 'ціна', 'größe', 'été'].map((word) => isForeign(spellingOf(word)))).toEqual([
    true,
    true,
    false,
    false,
  ])
})

it('computes once per spelling, separately for each function', () => {
  const computed: string[] = []
  const lengthOf = perSpelling((text) => {
    computed.push(text)
    return text.length
  })
  const wordOf = objectPerSpelling((spelling) => ({ text: textOf(spelling) }))
  expect(['cheap', 'now', 'cheap'].map((word) => lengthOf(spellingOf(word)))).toEqual([5, 3, 5])
  expect(computed).toEqual(['cheap', 'now'])
  expect(wordOf(spellingOf('cheap'))).toEqual({ text: 'cheap' })
  expect(wordOf(spellingOf('cheap'))).toBe(wordOf(spellingOf('Cheap')))
})

it('reads the head of overlong words, and does not look them up', () => {
  const long = 'A'.repeat(60)
  expect(textOf(spellingOf(long))).toBe('a'.repeat(48))
  expect(spellingOf(long)).not.toBe(spellingOf(long))
})

it('forgets all words but the kept ones when there are too many', () => {
  const lengthOf = perSpelling((text) => text.length)
  const wordOf = objectPerSpelling((spelling) => ({ text: textOf(spelling) }))
  const kept = spellingOf('unforgettable')
  keepSpellings()
  spellingOf('forgettable')
  const results = [lengthOf(kept), wordOf(kept)]
  for (let i = 0; i < MAX_SPELLINGS; i++) {
    const spelling = spellingOf(`word${i}`)
    expect(lengthOf(spelling)).toBe(`word${i}`.length)
    expect(wordOf(spelling).text).toBe(`word${i}`)
  }
  expect(spellingOf('unforgettable')).toBe(kept)
  expect([lengthOf(kept), wordOf(kept)]).toEqual(results)
  expect(textOf(spellingOf('forgettable'))).toBe('forgettable')
  expect(lengthOf(spellingOf('forgettable'))).toBe(11)
})

it('finds words in constant time, also when they were chosen to share a place in the table', () => {
  const ordinary = Array.from({ length: 1_000 }, (_, i) => `word${i}`)
  const hostile = wordsAtOnePlace(8_000)
  for (const word of [...ordinary, ...hostile]) expect(textOf(spellingOf(word))).toBe(word)
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
    let hash = word.length
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x5bd1e995)
    if (((hash ^ (hash >>> 15)) & 131_071) < 128) words.push(word)
  }
  return words
}
