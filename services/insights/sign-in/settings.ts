import { z } from 'zod'
import type { authSettings } from '../../../lib/auth/auth-settings.ts'
import type { Role } from '../../../lib/auth/scopes.ts'
import { type Config, ConfigError, integerSetting } from '../../../lib/config/load-config.ts'
import { secretSetting } from '../../../lib/config/secret-settings.ts'
import { secureUrlSetting } from '../../../lib/config/secure-url-setting.ts'

/** The settings of sign-in. With OIDC_ISSUER, three of them are required. */
export const signInSettings = {
  /** Where browsers reach this service. The provider must allow `/auth/callback` below it as a redirect URL. */
  PUBLIC_URL: secureUrlSetting('https://leads.example.com').optional(),
  OIDC_CLIENT_ID: z.string().max(500).optional(),
  /** Not set for a public client, which PKCE alone protects. */
  OIDC_CLIENT_SECRET: secretSetting(z.string().optional()),
  OIDC_SCOPES: z
    .string()
    .regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, { error: 'must be scopes separated by spaces, the first openid' })
    .default('openid profile email'),
  /** The claim with the roles: an array or a text. Dots lead into objects. */
  OIDC_ROLES_CLAIM: z.string().max(200).default('roles'),
  OIDC_ROLE_VIEWER: z.string().max(200).default('viewer'),
  OIDC_ROLE_AGENT: z.string().max(200).default('agent'),
  OIDC_ROLE_ADMIN: z.string().max(200).default('admin'),
  /** Encrypts the tokens of the provider in the database, and the cookie of a sign-in that has begun. */
  SESSION_SECRET: secretSetting(z.string().min(32, { error: 'must have at least 32 characters' }).optional()),
  /** A session that is not used for this long ends. */
  SESSION_IDLE_MINUTES: integerSetting(5, 1_440, 60),
  /** A session ends this long after the sign-in, however much it is used. */
  SESSION_MAX_HOURS: integerSetting(1, 720, 12),
} as const

export interface OpenIdOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly redirectUrl: string
  /** Where the provider sends a person who signed out of it. */
  readonly signedOutUrl: string
  readonly scopes: string
  readonly rolesClaim: string
  /** What the provider calls each role. */
  readonly roleNames: Readonly<Record<Role, string>>
  readonly sessionSecret: string
}

type SignInConfig = Config<typeof signInSettings> & Pick<Config<typeof authSettings>, 'OIDC_ISSUER'>

/**
 * @returns undefined when OIDC_ISSUER is not set
 * @throws ConfigError with the settings that OIDC_ISSUER requires and that are missing
 */
export function openIdOptionsOf(config: SignInConfig): OpenIdOptions | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, PUBLIC_URL: publicUrl, SESSION_SECRET: secret } = config
  if (issuer === undefined) return undefined
  if (clientId === undefined || publicUrl === undefined || secret === undefined) {
    const required = { OIDC_CLIENT_ID: clientId, PUBLIC_URL: publicUrl, SESSION_SECRET: secret }
    const missing = Object.entries(required).filter(([, value]) => value === undefined)
    throw new ConfigError(missing.map(([name]) => `${name} is missing: it must be set when OIDC_ISSUER is`))
  }
  const base = publicUrl.replace(/\/+$/, '')
  return {
    issuer,
    clientId,
    clientSecret: config.OIDC_CLIENT_SECRET,
    redirectUrl: `${base}/auth/callback`,
    signedOutUrl: `${base}/`,
    scopes: config.OIDC_SCOPES,
    rolesClaim: config.OIDC_ROLES_CLAIM,
    roleNames: { viewer: config.OIDC_ROLE_VIEWER, agent: config.OIDC_ROLE_AGENT, admin: config.OIDC_ROLE_ADMIN },
    sessionSecret: secret,
  }
}
