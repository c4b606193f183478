import { expect, test } from 'vitest'
import { authSettings } from '../../../lib/auth/auth-settings.ts'
import { loadConfig } from '../../../lib/config/load-config.ts'
import { openIdOptionsOf, signInSettings } from './settings.ts'

const optionsOf = (env: Record<string, string>) =>
  openIdOptionsOf(loadConfig({ ...authSettings, ...signInSettings }, env))
const COMPLETE = {
  OIDC_ISSUER: 'https://login.example.com',
  OIDC_CLIENT_ID: 'leadtriage',
  PUBLIC_URL: 'https://leads.example.com/app/',
  SESSION_SECRET: 'x'.repeat(32),
}

test('a provider needs a client, a public URL and a secret; all that are missing are named at once', () => {
  expect(optionsOf({})).toBeUndefined()
  for (const name of ['3 settings are wrong:', 'OIDC_CLIENT_ID', 'PUBLIC_URL', 'SESSION_SECRET']) {
    expect(() => optionsOf({ OIDC_ISSUER: COMPLETE.OIDC_ISSUER })).toThrow(name)
  }
})

test('the URLs that the provider must know are below the public URL', () => {
  expect(optionsOf(COMPLETE)).toMatchObject({
    redirectUrl: 'https://leads.example.com/app/auth/callback',
    signedOutUrl: 'https://leads.example.com/app/',
    roleNames: { viewer: 'viewer', agent: 'agent', admin: 'admin' },
  })
})

test.each([
  ['SESSION_SECRET', 'too short', /SESSION_SECRET is wrong: it must have at least 32 characters/],
  ['PUBLIC_URL', 'http://leads.example.com', /PUBLIC_URL=/],
  ['OIDC_SCOPES', 'profile', /OIDC_SCOPES=/],
  ['SESSION_IDLE_MINUTES', '1', /SESSION_IDLE_MINUTES=1 is wrong/],
])('%s=%s is refused', (name, value, message) => {
  expect(() => optionsOf({ ...COMPLETE, [name]: value })).toThrow(message)
})
