import { jwtSettings } from '../../lib/auth/jwt-settings.ts'
import { commonSettings, integerSetting } from '../../lib/config/load-config.ts'
import { rateSetting } from '../../lib/limits/rate.ts'
import { MAX_BATCH_SIZE } from './batch-create-leads.ts'

/** The settings of intake, read from environment variables. */
export const intakeSettings = {
  ...commonSettings,
  ...jwtSettings,
  INTAKE_PORT: integerSetting(0, 65_535, 8_000),
  /**
   * Maximum number of PostgreSQL connections: two for the group commits of leads and of lists, the others for reads.
   */
  DATABASE_CONNECTIONS: integerSetting(2, 200, 8),
  /** Leads of one client, over all its calls, batches and imports. A batch must fit into it. */
  LIMIT_LEADS_PER_CLIENT: rateSetting('10000/1', MAX_BATCH_SIZE),
  /**
   * Leads per second that a retriage call queues. Keep it below what the workers can process, or new leads are delayed.
   */
  RETRIAGE_PER_SECOND: integerSetting(1, 100_000, 200),
  /** Leads older than this are erased; 0 keeps them for ever. */
  LEAD_RETENTION_DAYS: integerSetting(0, 36_500, 0),
} as const
