import { describe, expect, test } from 'vitest'
import type { IncomingCall } from './access-control.ts'
import { LOOPBACK_ACCESS } from './create-access-control.ts'
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
