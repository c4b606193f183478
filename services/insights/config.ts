import { commonSettings, integerSetting } from '../../lib/config/load-config.ts'

/** The settings of insights; every one is an environment variable. */
export const insightsSettings = {
  ...commonSettings,
  INSIGHTS_PORT: integerSetting(0, 65_535, 8_001),
  /** Connections to PostgreSQL, for reads. */
  DATABASE_CONNECTIONS: integerSetting(1, 200, 6),
} as const
