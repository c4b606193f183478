import { expect, test } from 'vitest'
import { z } from 'zod'
import { invalidRequest, parseRequest, violationsOf } from './parse.ts'

const schema = z.strictObject(
  {
    name: z.string({ error: 'must be a string' }).transform((name) => name.trim()),
    items: z.array(z.strictObject({ size: z.number({ error: 'must be a number' }) })).optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? 'is unknown' : 'must be an object') },
)

test('valid input is returned as the schema transforms it', () => {
  expect(parseRequest(schema, { name: ' a ' })).toEqual({ name: 'a' })
})

test('every violation is reported, each with the path of its field', () => {
  const input = { items: [{ size: 1 }, { size: 'x' }], colour: 'red', shape: 'round' }
  expect(() => parseRequest(schema, input)).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: expect.stringMatching(/^The request is not valid: .*items\[1\]\.size must be a number/),
      violations: [
        { path: 'name', message: 'must be a string' },
        { path: 'items[1].size', message: 'must be a number' },
        { path: 'colour', message: 'is unknown' },
        { path: 'shape', message: 'is unknown' },
      ],
    }),
  )
})

test('the list of violations is limited, and long paths are truncated', () => {
  const input = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`${index}`.padEnd(5_000, 'x'), 1]))
  const error = invalidRequest(violationsOf(schema.safeParse(input).error ?? expect.unreachable()))
  expect(error.violations).toHaveLength(101)
  expect(error.violations.at(-1)).toEqual({ path: '', message: 'there are more errors' })
  expect(error.message.length).toBeLessThan(30_000)
})

test('a violation of the whole input has an empty path', () => {
  expect(() => parseRequest(schema, 5)).toThrow('The request is not valid: must be an object.')
  expect(invalidRequest([{ path: '', message: 'must be an object' }]).violations).toHaveLength(1)
})
