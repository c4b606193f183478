import { expect, it } from 'vitest'
import { readWords } from '../reading/note-words.ts'
import { SHAPES, shapesOf } from './shape.ts'

function shapes(note: string): string[] {
  const words = readWords(note)
  return shapesOf(note, words, words.length).map((shape) => SHAPES[shape] ?? 'none')
}

it.each([
  ['price?', ['any note', 'length 1', 'sentences 0', 'capitals 0', 'question', 'ends in a question']],
  ['PAY NOW! 50%', ['any note', 'length 2', 'sentences 1', 'capitals 1', 'exclamation', 'per cent', 'digits']],
  [
    'See https://a.example 🎉\n€',
    ['any note', 'length 2', 'sentences 0', 'capitals 0', 'several lines', 'link', 'currency', 'emoji'],
  ],
  ['СРОЧНО', ['any note', 'length 1', 'sentences 0', 'capitals 2']],
])('the shape of %j', (note, expected) => {
  expect(shapes(note)).toEqual(expected)
})
