import type { authSettings } from '../../../lib/auth/auth-settings.ts'
import type { KeyVerifier } from '../../../lib/auth/key-verifier.ts'
import { createLogoutTokenVerifier } from '../../../lib/auth/logout-token.ts'
import type { Config } from '../../../lib/config/load-config.ts'
import type { Lifecycle } from '../../../lib/lifecycle/lifecycle.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { runSessionChecks } from './check-sessions.ts'
import { createOpenIdProvider } from './openid-provider.ts'
import { createSealer } from './sealer.ts'
import { createSessionStore } from './session-store.ts'
import { openIdOptionsOf, type signInSettings } from './settings.ts'
import { createSignIn, type SignIn } from './sign-in.ts'

interface SignInOptions {
  readonly config: Config<typeof signInSettings> & Config<typeof authSettings>
  readonly sql: Sql
  /** Undefined when authentication is off. */
  readonly keys: KeyVerifier | undefined
  readonly log: Log
  readonly lifecycle: Pick<Lifecycle, 'onStop'>
}

/**
 * Prepares the sign-in of people, and starts the checks of their sessions unless authentication is off. The provider is
 * contacted at the first sign-in.
 *
 * @throws ConfigError if a setting that OIDC_ISSUER requires is missing
 */
export function startSignIn({ config, sql, keys, log, lifecycle }: SignInOptions): SignIn {
  const options = openIdOptionsOf(config)
  const openId = options && {
    provider: createOpenIdProvider(options, log),
    sealer: createSealer(options.sessionSecret),
    verifyLogout: createLogoutTokenVerifier(options, log),
  }
  const store = createSessionStore(sql, {
    idleMinutes: config.SESSION_IDLE_MINUTES,
    maxHours: config.SESSION_MAX_HOURS,
  })
  if (keys !== undefined) {
    const checks = runSessionChecks(store, openId, log)
    lifecycle.onStop('checks of sessions', () => checks.stop())
  }
  return createSignIn({ store, keys, openId })
}
