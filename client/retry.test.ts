import { create } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { expect, test, vi } from 'vitest'
import { ErrorInfoSchema } from '../gen/google/rpc/error_details_pb.ts'
import { LeadtriageError, toLeadtriageError } from './errors.ts'
import { createCaller, retryDelayMs } from './retry.ts'

const headers = async () => ({})
const call = createCaller({ timeoutMs: 5_000, attemptTimeoutMs: 1_000, retries: 3, headers })

/** An error as a service sends it. */
function refusal(reason: string, code: Code, metadata?: Record<string, string>): ConnectError {
  return new ConnectError('refused', code, metadata, [
    { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason }) },
  ])
}

test.each([
  ['unavailable', refusal('UNAVAILABLE', Code.Unavailable)],
  ['overloaded', refusal('OVERLOADED', Code.ResourceExhausted)],
  ['rate_limited', refusal('RATE_LIMITED', Code.ResourceExhausted)],
  ['a broken connection', new TypeError('fetch failed')],
  ['a response that breaks off', 'missing EndStreamResponse'],
])('%s is retried, as often as permitted', async (_, error) => {
  const attempt = vi.fn(() => Promise.reject(error))
  await expect(call(attempt)).rejects.toBeInstanceOf(LeadtriageError)
  expect(attempt).toHaveBeenCalledTimes(4)
})

test.each([
  refusal('INVALID_REQUEST', Code.InvalidArgument),
  refusal('PERMISSION_DENIED', Code.PermissionDenied),
  refusal('PAYLOAD_TOO_LARGE', Code.ResourceExhausted),
  refusal('INSIGHT_PENDING', Code.NotFound),
  refusal('INTERNAL', Code.Internal),
  new ConnectError('', Code.InvalidArgument, { 'content-type': 'text/html' }),
])('what would fail again is not retried: %s', async (error) => {
  const attempt = vi.fn(() => Promise.reject(error))
  await expect(call(attempt)).rejects.toMatchObject({ cause: error })
  expect(attempt).toHaveBeenCalledTimes(1)
})

test('back-off doubles, has full jitter, and starts after what the service asks for', () => {
  expect([0, 1, 2, 9].map((failures) => retryDelayMs(failures, 0, () => 1))).toEqual([200, 400, 800, 10_000])
  expect(retryDelayMs(3, 0, () => 0)).toBe(0)
  expect(retryDelayMs(0, 3_000, () => 0.5)).toBe(3_100)
})

test('Retry-After is honoured, in seconds or as a date next to that of the response', () => {
  const after = (headers: Record<string, string>) =>
    toLeadtriageError(new ConnectError('', Code.Unavailable, headers)).retryAfterMs
  expect(after({ 'retry-after': '7' })).toBe(7_000)
  const date = 'Wed, 21 Oct 2015 07:28:00 GMT' // long ago by the clock of this machine
  expect(after({ 'retry-after': 'Wed, 21 Oct 2015 07:28:05 GMT', date })).toBe(5_000)
  expect(after({ 'retry-after': 'Wed, 21 Oct 2015 07:28:05 GMT' })).toBeUndefined()
})

test('a retry that could not begin before the deadline fails at once, with the error of the service', async () => {
  const error = refusal('UNAVAILABLE', Code.Unavailable, { 'retry-after': '60' })
  const startedAt = performance.now()
  await expect(call(() => Promise.reject(error))).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 60_000 })
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})

test('a signal ends the wait for a retry', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  const ended = call(() => Promise.reject(refusal('UNAVAILABLE', Code.Unavailable, { 'retry-after': '4' })), {
    signal: stop.signal,
  })
  stop.abort(reason)
  await expect(ended).rejects.toBe(reason)
})

test('a value of the wrong type is not taken for a broken connection', () => {
  const error = new Error('cannot encode field leadtriage.intake.v1.NewLead.note to binary: expected string')
  expect(toLeadtriageError(error).code).toBe('invalid_request')
})
