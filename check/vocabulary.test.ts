import { expect, test } from 'vitest'
import { findRetired, retiredPhrases } from './vocabulary.ts'

const RETIRED = ['in hand', 'door']

test.each([
  ['as words', 'leads in hand'],
  ['in camel case', 'const leadsInHand = 1'],
  ['in a constant', 'MAX_IN_HAND'],
  ['in a file name', 'docs/015-leads-in-hand.md'],
  ['in another case', 'In hand'],
])('a retired phrase is found %s', (_how, text) => {
  expect(findRetired([text], RETIRED)).toEqual([{ phrase: 'in hand', line: 1 }])
})

test('a phrase is found across the lines of a comment, in the line in which it begins', () => {
  expect(findRetired(['/**', ' * what is in', ' * hand', ' */'], RETIRED)).toEqual([{ phrase: 'in hand', line: 2 }])
})

test('part of a word is not a retired word', () => {
  expect(findRetired(['indoors', 'doorway', 'in handler'], RETIRED)).toEqual([])
})

test('only tables with a column "not" retire words', () => {
  const page =
    '| term | not |\n| --- | --- |\n| protocol | door, Doors |\n| lead | |\n\n| setting | default |\n| --- | --- |\n| A | b |\n'
  expect(retiredPhrases(page)).toEqual(['door', 'doors'])
})
