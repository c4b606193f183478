import { expect, test } from 'vitest'
import { groupByScript, longNotes, withoutWordsOf } from './notes.ts'

const NOTES = ['Price for 20 seats?', 'Сколько стоит Pro?', 'Gibt es Café-Plätze?']

test('words of the timed notes are replaced by unknown ones of the same length, and other words stay', () => {
  expect(withoutWordsOf(['price? cafe', 'нет'], ['PRICE of a Café', 'Нет, спасибо'])).toEqual([
    'QSJDF of a Dbgé',
    'Ожу, спасибо',
  ])
})

test('a replacement is no word of the timed notes either', () => {
  expect(withoutWordsOf(['ab bc cd'], ['ab'])).toEqual(['de'])
})

test('notes are grouped by script, without empty groups', () => {
  expect(groupByScript(NOTES)).toEqual([[NOTES[0], NOTES[2]], [NOTES[1]]])
  expect(groupByScript(['hello'])).toEqual([['hello']])
})

test('every long note has 20,000 characters', () => {
  const lengths = Object.values(longNotes(NOTES)).map(({ length }) => length)
  expect(new Set(lengths)).toEqual(new Set([20_000]))
})
