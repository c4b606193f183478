import { expect, test } from 'vitest'
import { prefersJson } from './accept.ts'

test.each([
  ['application/json', true],
  ['application/problem+json', true],
  ['Application/JSON; charset=utf-8', true],
  ['application/json, text/plain, */*', false], // anything is as good
  ['application/json, text/html;q=0.9', true],
  ['application/*, text/html;q=0.5', true],
  ['text/html;q=0, */*', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false], // a browser
  ['*/*', false],
  ['', false],
  [undefined, false],
  ['application/json;q=0', false],
  ['application/json;q=nonsense', false],
  [',;q=,,;;', false],
])('Accept: %s prefers JSON: %s', (accept, expected) => {
  expect(prefersJson(accept)).toBe(expected)
})
