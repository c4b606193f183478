import { commonSettings, integerSetting } from '../../lib/config/load-config.ts'

/** The settings of intake; every one is an environment variable. */
export const intakeSettings = {
  ...commonSettings,
  INTAKE_PORT: integerSetting(0, 65_535, 8_000),
  /** Connections to PostgreSQL: two for the group commits of leads and of lists, the others for reads. */
  DATABASE_CONNECTIONS: integerSetting(2, 200, 8),
  /** How many leads a second one call of a retriage publishes: less than the workers manage, so that new leads keep their place. */
  RETRIAGE_PER_SECOND: integerSetting(1, 100_000, 200),
} as const
