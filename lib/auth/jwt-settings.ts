import { z } from 'zod'
import { type Config, ConfigError, integerSetting } from '../config/load-config.ts'
import { secureUrlSetting } from '../config/secure-url-setting.ts'
import type { JwtOptions } from './jwt.ts'

/** The settings of JWT verification, which JWT_ISSUER turns on. JWT_AUDIENCE is then required. */
export const jwtSettings = {
  /** The `iss` of accepted tokens, compared exactly. */
  JWT_ISSUER: secureUrlSetting('https://login.example.com').optional(),
  /** The `aud` of accepted tokens: what the issuer calls this installation. */
  JWT_AUDIENCE: z.string().max(500).optional(),
  /** The keys of the issuer; by default as its discovery document says. */
  JWT_JWKS_URL: secureUrlSetting('https://login.example.com/jwks').optional(),
  /** The claim with the scopes: a text separated by spaces, or an array. Dots lead into objects. */
  JWT_SCOPES_CLAIM: z.string().max(200).default('scope'),
  /** The claim that names the client; by default the first of `client_id`, `azp` and `sub`. */
  JWT_CLIENT_CLAIM: z.string().max(200).optional(),
  /** How far the clocks of the issuer and of this machine may be apart. */
  JWT_CLOCK_TOLERANCE_SECONDS: integerSetting(0, 300, 30),
} as const

/**
 * @returns undefined when JWT_ISSUER is not set
 * @throws ConfigError if JWT_ISSUER is set without JWT_AUDIENCE
 */
export function jwtOptionsOf(config: Config<typeof jwtSettings>): JwtOptions | undefined {
  if (config.JWT_ISSUER === undefined) return undefined
  if (config.JWT_AUDIENCE === undefined) {
    throw new ConfigError([
      'JWT_AUDIENCE is missing: it must be set when JWT_ISSUER is, to the audience that tokens for this installation have',
    ])
  }
  return {
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    jwksUrl: config.JWT_JWKS_URL,
    scopesClaim: config.JWT_SCOPES_CLAIM,
    clientClaims: config.JWT_CLIENT_CLAIM === undefined ? ['client_id', 'azp', 'sub'] : [config.JWT_CLIENT_CLAIM],
    clockToleranceSeconds: config.JWT_CLOCK_TOLERANCE_SECONDS,
  }
}
