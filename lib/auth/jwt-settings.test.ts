import { expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../config/load-config.ts'
import { jwtOptionsOf, jwtSettings } from './jwt-settings.ts'

const optionsOf = (env: Record<string, string>) => jwtOptionsOf(loadConfig(jwtSettings, env))
const ISSUER = 'https://login.example.com'

test('tokens are accepted once an issuer and an audience are set', () => {
  expect(optionsOf({})).toBeUndefined()
  expect(optionsOf({ JWT_ISSUER: ISSUER, JWT_AUDIENCE: 'leads' })).toEqual({
    issuer: ISSUER,
    audience: 'leads',
    jwksUrl: undefined,
    scopesClaim: 'scope',
    clientClaims: ['client_id', 'azp', 'sub'],
    clockToleranceSeconds: 30,
  })
})

test('an issuer without an audience is refused: its tokens for other applications would be accepted', () => {
  expect(() => optionsOf({ JWT_ISSUER: ISSUER })).toThrow(ConfigError)
  expect(() => optionsOf({ JWT_ISSUER: ISSUER })).toThrow(/JWT_AUDIENCE is missing/)
})

test.each([
  'http://login.example.com',
  'http://localhost.example.com',
  'https://user:secret@login.example.com',
  'ftp://localhost',
  'login.example.com',
])('keys and tokens never cross a network unprotected: %s is refused', (url) => {
  expect(() => optionsOf({ JWT_ISSUER: url, JWT_AUDIENCE: 'leads' })).toThrow(/JWT_ISSUER=.* is wrong/)
  expect(() => optionsOf({ JWT_ISSUER: ISSUER, JWT_AUDIENCE: 'leads', JWT_JWKS_URL: url })).toThrow(/JWT_JWKS_URL=/)
})

test.each(['http://localhost:8080/realms/x', 'http://127.0.0.1:1', 'http://[::1]:1'])(
  '%s is on this machine',
  (url) => {
    expect(optionsOf({ JWT_ISSUER: url, JWT_AUDIENCE: 'leads' })?.issuer).toBe(url)
  },
)
