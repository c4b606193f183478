import { expect, test } from 'vitest'
import { AppError, ErrorCode, toAppError } from './app-error.ts'

test('an AppError is returned unchanged', () => {
  const error = new AppError(ErrorCode.Unavailable, 'unreachable', { retryAfterSeconds: 3 })
  expect(toAppError(error)).toBe(error)
})

test.each([
  new Error('select * from leads'),
  Object.assign(new TypeError('x is undefined'), { code: 'invalid_request', retryAfterSeconds: 3 }),
  'a string',
  undefined,
  null,
  { code: 'unavailable', message: 'looks like ours' },
])(
  'an unexpected error (%s) becomes an internal error that keeps it as the cause and hides it from the message',
  (thrown) => {
    const error = toAppError(thrown)
    expect(error.code).toBe('internal')
    expect(error.message).toBe('Something went wrong on our side.')
    expect(error.cause).toBe(thrown)
    expect(error.retryAfterSeconds).toBeUndefined()
  },
)

test('an aborted call is reported as cancelled, not as an internal error', () => {
  const aborted = AbortSignal.abort().reason
  expect(toAppError(aborted)).toMatchObject({ code: 'cancelled', cause: aborted })
})
