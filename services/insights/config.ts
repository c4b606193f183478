import { jwtSettings } from '../../lib/auth/jwt-settings.ts'
import { commonSettings, integerSetting } from '../../lib/config/load-config.ts'
import { signInSettings } from './sign-in/settings.ts'

/** The settings of insights, read from environment variables. */
export const insightsSettings = {
  ...commonSettings,
  ...jwtSettings,
  ...signInSettings,
  INSIGHTS_PORT: integerSetting(0, 65_535, 8_001),
  /** Maximum number of PostgreSQL connections. */
  DATABASE_CONNECTIONS: integerSetting(1, 200, 6),
  /** Maximum number of connections for lists, counts, exports and statistics, which must not delay other calls. */
  READ_CONNECTIONS: integerSetting(1, 200, 3),
  /** Maximum number of clients that watch insights at a time. Further ones are refused. */
  MAX_WATCHERS: integerSetting(0, 100_000, 2_000),
  /** Maximum number of those that belong to one client, with AUTH=on. */
  MAX_WATCHERS_PER_CLIENT: integerSetting(1, 100_000, 500),
} as const
