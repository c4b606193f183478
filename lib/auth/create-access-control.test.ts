import { describe, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { CallLimits } from '../limits/call-limits.ts'
import type { IncomingCall } from './access-control.ts'
import { createAccessControl, LOOPBACK_ACCESS } from './create-access-control.ts'
import { ANONYMOUS } from './principal.ts'
import { Scope } from './scopes.ts'

describe('without authentication, a call is permitted', () => {
  const callTo = (host: string | undefined): IncomingCall => ({
    address: '127.0.0.1',
    httpMethod: 'GET',
    header: (name) => (name === 'host' ? host : undefined),
    setHeader: () => undefined,
  })
  const admit = (host: string | undefined) => LOOPBACK_ACCESS.admit(callTo(host), Scope.LeadsRead)

  test.each(['localhost:8000', '127.0.0.1:8000', '127.0.0.1', '[::1]:8000', 'app.localhost:8000', 'intake', undefined])(
    'if it is addressed to this machine: %s',
    (host) => {
      expect(admit(host)).toBe(ANONYMOUS)
    },
  )

  test.each(['rebound.example.com:8000', 'example.com', '127.0.0.1.example.com', 'localhost.example.com:8000'])(
    'but not if a domain may have been made to resolve to it: %s',
    (host) => {
      expect(() => admit(host)).toThrow(expect.objectContaining({ code: 'permission_denied' }))
      expect(LOOPBACK_ACCESS.admit(callTo(host), 'public')).toBe(ANONYMOUS)
    },
  )
})

const CALL: IncomingCall = {
  address: '192.0.2.1',
  httpMethod: 'POST',
  header: () => undefined,
  setHeader: () => undefined,
}
const PRINCIPAL = { clientId: 'shop', scopes: new Set([Scope.LeadsRead]), actor: 'key:1' }
const refused = new AppError(ErrorCode.RateLimited, 'Too many calls.', { retryAfterSeconds: 1 })

/** Access control that records the order of its checks. `refuses` is the check that fails. */
function setUp(refuses?: 'address' | 'client', waitsForClient = false) {
  const checks: string[] = []
  const check = (name: 'address' | 'client') => {
    checks.push(name)
    if (refuses === name) throw refused
  }
  const limits: CallLimits = {
    admitAddress: () => check('address'),
    admitClient: () => (waitsForClient ? Promise.resolve().then(() => check('client')) : void check('client')),
    tryCredential: (_call, verify) => verify(),
  }
  const authenticate = () => {
    checks.push('credential')
    return PRINCIPAL
  }
  return { checks, access: createAccessControl([authenticate], limits) }
}

test('a call is admitted after the limit of its address, its credential and the limit of its client, at once', () => {
  const { checks, access } = setUp()
  expect(access.admit(CALL, Scope.LeadsRead)).toBe(PRINCIPAL)
  expect(checks).toEqual(['address', 'credential', 'client'])
})

test('beyond the limit of its address, no credential is looked at', () => {
  const { checks, access } = setUp('address')
  for (const required of [Scope.LeadsRead, 'public'] as const) {
    expect(() => access.admit(CALL, required)).toThrow(refused)
  }
  expect(checks).toEqual(['address', 'address'])
})

test('a stream that is checked again counts against no limit, and needs its credential and scope', () => {
  const { checks, access } = setUp('client')
  const ongoing = { ...CALL, isOngoing: true }
  expect(access.admit(ongoing, Scope.LeadsRead)).toBe(PRINCIPAL)
  expect(() => access.admit(ongoing, Scope.KeysAdmin)).toThrow(expect.objectContaining({ code: 'permission_denied' }))
  expect(checks).toEqual(['credential', 'credential'])
})

test('a public method has the limit of the address only', () => {
  const { checks, access } = setUp('client')
  expect(access.admit(CALL, 'public')).toMatchObject({ clientId: 'anonymous' })
  expect(checks).toEqual(['address'])
})

test('beyond the limit of its client, a call is refused for that, whatever its scopes permit', () => {
  const { access } = setUp('client')
  for (const required of [Scope.LeadsRead, Scope.KeysAdmin]) {
    expect(() => access.admit(CALL, required)).toThrow(refused)
  }
})

test('a shared limit of the client is waited for', async () => {
  const { checks, access } = setUp(undefined, true)
  const admitted = access.admit(CALL, Scope.LeadsRead)
  expect(admitted).toBeInstanceOf(Promise)
  expect(await admitted).toBe(PRINCIPAL)
  expect(checks).toEqual(['address', 'credential', 'client'])
  await expect(setUp('client', true).access.admit(CALL, Scope.LeadsRead)).rejects.toBe(refused)
  await expect(setUp(undefined, true).access.admit(CALL, Scope.KeysAdmin)).rejects.toMatchObject({
    code: 'permission_denied',
  })
})
