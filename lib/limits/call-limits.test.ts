import { beforeEach, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { CallLimitsOptions } from './call-limits.ts'
import { createCallLimits } from './call-limits.ts'
import { createRefusals } from './limit-refusals.ts'
import { createTokenBuckets } from './token-buckets.ts'

let metrics = createMetrics('test')
beforeEach(() => {
  metrics = createMetrics('test')
})

function limitsOf(rates: Partial<CallLimitsOptions['rates']>) {
  return createCallLimits({
    rates: { address: undefined, failedCredentials: undefined, publishable: undefined, client: undefined, ...rates },
    createClientBuckets: (_, rate) => createTokenBuckets({ rate, maxKeys: 100 }),
    refuse: createRefusals(metrics),
  })
}

function callFrom(address: string) {
  const headers: Record<string, string> = {}
  return {
    address,
    httpMethod: 'POST',
    header: () => undefined,
    headers,
    setHeader: (name: string, value: string) => {
      headers[name] = value
    },
  }
}

const SHOP = { clientId: 'shop' }

const rateLimited = (retryAfterSeconds: number) => expect.objectContaining({ code: 'rate_limited', retryAfterSeconds })

test('an address that uses up its calls is refused until its bucket refills; others are not', () => {
  const limits = limitsOf({ address: { quota: 2, windowSeconds: 20 } })
  limits.admitAddress(callFrom('192.0.2.1'))
  limits.admitAddress(callFrom('192.0.2.1'))
  const refused = callFrom('192.0.2.1')
  expect(() => limits.admitAddress(refused)).toThrow(rateLimited(10))
  expect(refused.headers).toEqual({ 'ratelimit-policy': '"address";q=2;w=20', ratelimit: '"address";r=0;t=10' })
  limits.admitAddress(callFrom('192.0.2.2'))
})

test('addresses of one IPv6 /64 share a bucket', () => {
  const limits = limitsOf({ address: { quota: 1, windowSeconds: 60 } })
  limits.admitAddress(callFrom('2001:db8::1'))
  expect(() => limits.admitAddress(callFrom('2001:db8::ffff:1'))).toThrow(rateLimited(60))
  limits.admitAddress(callFrom('2001:db8:0:1::1'))
})

test('a client is limited over all its addresses, and its answers have the state of its limit', () => {
  const limits = limitsOf({ address: { quota: 100, windowSeconds: 1 }, client: { quota: 2, windowSeconds: 2 } })
  const calls = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(callFrom)
  for (const call of calls) limits.admitAddress(call)
  for (const call of calls.slice(0, 2)) limits.admitClient(call, SHOP)
  expect(() => limits.admitClient(calls[2] ?? callFrom(''), SHOP)).toThrow(rateLimited(1))
  expect(calls.map(({ headers }) => headers)).toEqual([
    { 'ratelimit-policy': '"address";q=100;w=1, "client";q=2;w=2', ratelimit: '"client";r=1;t=1' },
    { 'ratelimit-policy': '"address";q=100;w=1, "client";q=2;w=2', ratelimit: '"client";r=0;t=1' },
    { 'ratelimit-policy': '"address";q=100;w=1, "client";q=2;w=2', ratelimit: '"client";r=0;t=1' },
  ])
})

test('calls with a publishable key are limited by address, and cannot use up the calls of the client', () => {
  const limits = limitsOf({
    publishable: { quota: 2, windowSeconds: 60 },
    client: { quota: 5, windowSeconds: 600 },
  })
  const form = { clientId: 'shop', isPublishable: true }
  const call = callFrom('192.0.2.1')
  limits.admitClient(call, form)
  expect(call.headers).toEqual({
    'ratelimit-policy': '"publishable";q=2;w=60, "client";q=5;w=600',
    ratelimit: '"publishable";r=1;t=30',
  })
  limits.admitClient(call, form)
  for (let count = 0; count < 10; count += 1) expect(() => limits.admitClient(call, form)).toThrow(rateLimited(30))
  limits.admitClient(callFrom('192.0.2.2'), form)
  for (let count = 0; count < 2; count += 1) limits.admitClient(call, SHOP)
  expect(() => limits.admitClient(callFrom('192.0.2.3'), form)).toThrow(rateLimited(120))
})

test('after too many invalid credentials an address may not try another, but its other calls are admitted', async () => {
  const limits = limitsOf({
    address: { quota: 100, windowSeconds: 1 },
    failedCredentials: { quota: 3, windowSeconds: 60 },
  })
  let lookUps = 0
  const attempt = (address: string, error?: AppError) =>
    limits.tryCredential({ address }, async () => {
      lookUps += 1
      if (error !== undefined) throw error
    })
  const invalid = new AppError(ErrorCode.Unauthenticated, 'The API key does not exist.')
  await attempt('192.0.2.1')
  await expect(attempt('192.0.2.1', new AppError(ErrorCode.Unavailable, 'away'))).rejects.toThrow('away')
  for (const error of [invalid, invalid, invalid]) await expect(attempt('192.0.2.1', error)).rejects.toBe(error)
  expect(() => attempt('192.0.2.1')).toThrow(rateLimited(20))
  expect(lookUps).toBe(5)
  await attempt('192.0.2.2')
  limits.admitAddress(callFrom('192.0.2.1'))
})

test('without limits nothing is refused and no header is set', async () => {
  const limits = limitsOf({})
  const call = callFrom('192.0.2.1')
  limits.admitAddress(call)
  expect(limits.admitClient(call, SHOP)).toBeUndefined()
  expect(await limits.tryCredential(call, async () => 'valid')).toBe('valid')
  expect(call.headers).toEqual({})
})

test('refused calls are counted by limit', async () => {
  const limits = limitsOf({ address: { quota: 1, windowSeconds: 60 } })
  limits.admitAddress(callFrom('192.0.2.1'))
  for (let call = 0; call < 3; call += 1) expect(() => limits.admitAddress(callFrom('192.0.2.1'))).toThrow()
  const { body } = await metrics.render()
  expect(body).toContain('leadtriage_refused_calls_total{limit="address",service="test"} 3')
  expect(body).toContain('leadtriage_refused_calls_total{limit="client",service="test"} 0')
})
