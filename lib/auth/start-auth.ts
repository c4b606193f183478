import { createBatcher } from '../batcher/batcher.ts'
import type { Config } from '../config/load-config.ts'
import { ConfigError, type commonSettings } from '../config/load-config.ts'
import { isTransient } from '../errors/app-error.ts'
import type { Lifecycle } from '../lifecycle/lifecycle.ts'
import type { CallLimits } from '../limits/call-limits.ts'
import type { Log } from '../log/log.ts'
import type { Sql } from '../postgres/connect.ts'
import type { ReadinessCheck } from '../server/readiness.ts'
import type { AccessControl, Authenticate } from './access-control.ts'
import { isLoopback } from './auth-settings.ts'
import { createAccessControl, LOOPBACK_ACCESS } from './create-access-control.ts'
import { recordKeyUses, recordSessionUses } from './credential-uses.ts'
import { createJwtAuthentication } from './jwt.ts'
import { jwtOptionsOf, type jwtSettings } from './jwt-settings.ts'
import { hasUsableKey, lookUpKeys } from './key-lookup.ts'
import { createKeyVerifier, type KeyVerifier } from './key-verifier.ts'
import { createSessionVerifier } from './session.ts'
import { lookUpSessions } from './session-lookup.ts'

/** Authentication of one service. */
export interface Auth {
  readonly access: AccessControl
  /** Undefined when authentication is off. */
  readonly keys: KeyVerifier | undefined
  readonly checks: readonly ReadinessCheck[]
}

interface AuthOptions {
  readonly config: Pick<Config<typeof commonSettings>, 'AUTH' | 'OIDC_ISSUER' | 'HOST' | 'MIGRATE_ON_START'> &
    Config<typeof jwtSettings>
  readonly sql: Sql
  readonly limits: CallLimits
  readonly log: Log
  readonly lifecycle: Pick<Lifecycle, 'onStop'>
}

const NO_CREDENTIALS =
  'AUTH=on, the default, needs a way to authenticate: create an API key with "leadtriage keys create --bootstrap", or ' +
  'set JWT_ISSUER or OIDC_ISSUER. AUTH=off turns authentication off, on loopback addresses only'

/**
 * Prepares the authentication of a service.
 * @throws ConfigError if AUTH=off and others could reach the service, if no caller could authenticate, or if a setting
 *   that another one requires is missing
 */
export async function startAuth({ config, sql, limits, log, lifecycle }: AuthOptions): Promise<Auth> {
  if (config.AUTH === 'off') {
    if (!isLoopback(config.HOST)) {
      throw new ConfigError([
        `AUTH=off is wrong: it must be on with HOST=${config.HOST}, where other machines can reach the service`,
      ])
    }
    return { access: LOOPBACK_ACCESS, keys: undefined, checks: [] }
  }
  const jwt = jwtOptionsOf(config)
  // with another credential configured, no API key has to exist
  let canAuthenticate = jwt !== undefined || config.OIDC_ISSUER !== undefined
  const check = async () => {
    canAuthenticate ||= await hasUsableKey(sql)
    if (!canAuthenticate) throw new Error(NO_CREDENTIALS)
  }
  if (!canAuthenticate && (await isKeyless(sql, config.MIGRATE_ON_START))) throw new ConfigError([NO_CREDENTIALS])

  const lookUpInBatches = <Found>(name: string, flush: (sql: Sql, hashes: readonly string[]) => Promise<Found[]>) => {
    const lookUps = createBatcher<string, Found>({
      maxBatchSize: 100,
      maxInFlight: 2,
      maxQueued: 10_000,
      flush: (hashes) => flush(sql, hashes),
      failsAll: isTransient,
    })
    lifecycle.onStop(`look-ups of ${name}`, () => lookUps.drain())
    return lookUps.submit
  }
  const keyUses = recordKeyUses(sql, log)
  lifecycle.onStop('uses of keys', () => keyUses.stop())
  const keys = createKeyVerifier({ lookUp: lookUpInBatches('keys', lookUpKeys), limits, onUse: keyUses.note })
  const sessionUses = recordSessionUses(sql, log)
  lifecycle.onStop('uses of sessions', () => sessionUses.stop())
  const sessions = createSessionVerifier({
    lookUp: lookUpInBatches('sessions', lookUpSessions),
    limits,
    onUse: sessionUses.note,
  })
  const tokens: readonly Authenticate[] = jwt === undefined ? [] : [createJwtAuthentication(jwt, limits, log)]
  return {
    access: createAccessControl([keys.authenticate, ...tokens, sessions], limits),
    keys,
    checks: [{ name: 'auth', required: true, check }],
  }
}

const UNDEFINED_TABLE = '42P01'

/**
 * Whether it is certain that no key can be used. While the database is away, or another process has yet to migrate it,
 * the readiness check decides.
 */
async function isKeyless(sql: Sql, migratesItself: boolean): Promise<boolean> {
  try {
    return !(await hasUsableKey(sql))
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE && migratesItself
  }
}
