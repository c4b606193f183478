import { describe, expect, it } from 'vitest'
import { readWords } from '../reading/note-words.ts'
import { createMatcher } from './match.ts'
import { isDenied } from './negation.ts'

const findWish = createMatcher([{ phrases: 'kaufen|suchen|eilt; acheter|cherchons|urgent' }])

function isWishDenied(note: string): boolean | undefined {
  const words = readWords(note)
  const [match] = findWish(words)
  return match && isDenied(match, words)
}

describe('a denial in German', () => {
  it.each([
    ['Wir wollen nichts kaufen', true],
    ['Ich möchte das keinesfalls, auch nicht gebraucht kaufen', true],
    ['Wir suchen keinen Anbieter', true],
    ['Wir suchen derzeit leider nichts', true],
    ['Das eilt wirklich nicht', true],
    ['Wir kaufen 5 Lizenzen und können nicht warten', false],
    ['Wir kaufen, aber nicht heute', false],
    ['Wir kaufen heute noch das große Paket nicht', false], // too far
    ['Nicht nur kaufen, auch mieten', false],
    ['Wir kaufen nicht nur eine Lizenz', false],
    ['Nicht billig, aber wir kaufen', false],
    ['Zögern Sie nicht zu kaufen', false],
    ['Wir suchen eine Lösung', false],
  ])('may precede or follow: %s', (note, denied) => {
    expect(isWishDenied(note)).toBe(denied)
  })
})

describe('a denial in French', () => {
  it.each([
    ['Nous ne voulons pas acheter', true],
    ['Nous ne cherchons pas de prestataire', true],
    ['Nous ne cherchons vraiment pas', true],
    ["Ce n'est pas urgent", true],
    ['Comparer sans acheter', true],
    ['On veut acheter mais pas tout de suite', false],
    ['Pas seulement acheter, louer aussi', false],
    ["N'hésitez pas à acheter", false],
    ['Pourquoi pas acheter', false],
    ['Pas cher, et nous cherchons', false],
    ['Nous cherchons un prestataire', false],
  ])('may precede or follow: %s', (note, denied) => {
    expect(isWishDenied(note)).toBe(denied)
  })
})

describe('a denial in English', () => {
  it('does not follow what it denies', () => {
    expect(isWishDenied('urgent not pas')).toBe(true)
    expect(isWishDenied('urgent not')).toBe(false)
  })

  it('is not meant by "do not hesitate"', () => {
    expect(isWishDenied('do not hesitate, urgent')).toBe(false)
    expect(isWishDenied("don't hesitate if it's urgent")).toBe(false)
  })
})
