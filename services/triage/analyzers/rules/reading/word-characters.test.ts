import { describe, expect, it } from 'vitest'
import { clauseEndsIn, sentenceEndsIn, wordEnd } from './word-characters.ts'

/** The words of a text, found with {@link wordEnd} alone. */
function wordsOf(text: string): string[] {
  const words: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = wordEnd(text, start)
    if (end > start) words.push(text.slice(start, end))
    start = Math.max(end, start + 1)
  }
  return words
}

describe('the end of a word', () => {
  it('is found as by the regular expression for letters, digits and marks', () => {
    const WORD = /[$€£₽%]|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]*/gu
    const texts = [
      "We don't pay 50% of €1,200 – or £3!",
      'Ещё раз: оплата 300₽, «срочно»',
      'u\u200brgent e\u0301te\u0301 日本語 ١٢٣ \u{1d5b2}\u{1d5b3}x e\u{1d167} 👩\u200d🔧 \ud800 end \udc00x',
      "'quoted' ’n' -- a_b c/d",
    ]
    for (const text of texts) expect(wordsOf(text)).toEqual(text.match(WORD))
  })
})

describe('the gap between two words', () => {
  it.each([
    [' ', false, false],
    [', ', true, false],
    ['-', false, false],
    [' - ', true, false],
    [' (', true, false],
    ['. ', true, true],
    ['.', true, false],
    ['?\n', true, true],
    ['\n', true, false],
    ['\n \n', true, true],
    ['\n- ', true, false],
  ])('%j ends a clause: %s, a sentence: %s', (gap, clause, sentence) => {
    expect([clauseEndsIn(gap, 0, gap.length), sentenceEndsIn(gap, 0, gap.length)]).toEqual([clause, sentence])
  })
})
