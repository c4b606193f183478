import { expect, it } from 'vitest'
import { parsePhrases } from './phrase.ts'
import { numbersOf } from './place-bits.ts'

it('gives each place a number, and places that share a frequent word the same of 128 bits', () => {
  const parts = Array.from({ length: 100 }, (_, i) => `need${i}|we word${i}*`)
  const places = parsePhrases(parts.join(';')).flatMap((phrase) => phrase.map(({ place }) => place))
  const numbers = numbersOf(places)
  expect(new Set(numbers.values()).size).toBe(200)
  const withWe = places.filter(({ words }) => words.has('we'))
  expect(new Set(withWe.map((place) => (numbers.get(place) ?? 0) % 128))).toEqual(new Set([0]))
  expect(new Set([...numbers.values()].map((number) => number % 128)).size).toBe(101)
})
