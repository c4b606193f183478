import { describe, expect, it } from 'vitest'
import type { Evidence } from '../evidence/evidence.ts'
import { readWords } from '../reading/note-words.ts'
import { createMatcher } from './match.ts'
import { isDenied } from './negation.ts'
import { parsePhrases } from './phrase.ts'

function found(note: string, evidence: readonly Evidence[]): string[] {
  const words = readWords(note)
  return createMatcher(evidence)(words).map(({ first, last }) => note.slice(words[first]?.start, words[last]?.end))
}

const say = (phrases: string, more: Partial<Evidence> = {}): Evidence => ({ says: phrases, phrases, ...more })

describe('the phrase notation', () => {
  it('finds either of several words, any ending, and numbers in digits or words', () => {
    expect(found('A cost, costs and prices', [say('price|costs')])).toEqual(['costs'])
    expect(found('two licences, a license', [say('licen*')])).toEqual(['licences', 'license'])
    expect(found('for 20 seats or ten seats', [say('# seats')])).toEqual(['20 seats', 'ten seats'])
    expect(found('3 seats, some seats, my seats', [say('#|some seats')])).toEqual(['3 seats', 'some seats'])
  })

  it('bridges up to three words with a gap, and no more', () => {
    expect(found('call me back today', [say('call .. today')])).toEqual(['call me back today'])
    expect(found('call me back some time today', [say('call .. today')])).toEqual([])
  })

  it('does not match across sentences', () => {
    expect(found('Please call. Today it rains', [say('call .. today')])).toEqual([])
  })

  it('ignores case, accents, kinds of apostrophe and letters from a look-alike alphabet', () => {
    expect(found('RÉSUMÉ', [say('resume')])).toEqual(['RÉSUMÉ'])
    expect(found('I can’t', [say("can't")])).toEqual(['can’t'])
    expect(found('Ещё oплaтa', [say('еще'), say('оплата')])).toEqual(['Ещё', 'oплaтa'])
  })

  it('finds a French word behind an elided article or preposition', () => {
    const spans = found("L’abonnement, d'essai, jusqu'ici, aujourd'hui", [say('abonnement|essai*|ici|hui')])
    expect(spans).toEqual(['L’abonnement', "d'essai", "jusqu'ici"])
  })

  it('takes ß for ss', () => {
    expect(found('Die Grösse, die GRÖßE', [say('größe')])).toEqual(['Grösse', 'GRÖßE'])
  })

  it('finds a word by a prefix of any length, at any place', () => {
    expect(found('Our prices and our offer', [say('p*'), say('our of*')])).toEqual(['prices', 'our offer'])
  })

  it('rejects an invalid phrase', () => {
    expect(() => parsePhrases('.. today')).toThrow('must begin with a word')
    expect(() => parsePhrases('now *')).toThrow('an empty word')
  })
})

describe('masking evidence', () => {
  it('hides evidence within its own words only', () => {
    const vocabulary = [say('urgent'), say('not .. urgent', { masks: true })]
    expect(found('not at all urgent', vocabulary)).toEqual(['not at all urgent'])
    expect(found('not urgent. urgent', vocabulary)).toEqual(['not urgent', 'urgent'])
  })
})

describe('a denial', () => {
  const isWishDenied = (note: string): boolean | undefined => {
    const words = readWords(note)
    const [match] = createMatcher([say('buy|купить')])(words)
    return match && isDenied(match, words)
  }

  it.each([
    ["we don't want to buy", true],
    ['we will never ever buy', true],
    ['мы не хотим купить', true],
    ['not cheap, but we buy', false],
    ['not only do we buy', false],
    ['It is not red. We buy', false],
    ['we buy', false],
  ])('applies to its own clause only: %s', (note, denied) => {
    expect(isWishDenied(note)).toBe(denied)
  })
})
