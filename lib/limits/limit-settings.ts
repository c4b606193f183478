import { z } from 'zod'
import { rateSetting } from './rate.ts'

/** The limits that every service has. None of them applies with AUTH=off. */
export const limitSettings = {
  /** Calls from one address, with or without a credential. IPv6 addresses count as their /64 network. */
  LIMIT_PER_ADDRESS: rateSetting('5000/1'),
  /** Calls of one client, over all its credentials and addresses. */
  LIMIT_PER_CLIENT: rateSetting('5000/1'),
  /** Calls with publishable keys from one address. Anyone can read such a key, and a person sends few forms. */
  LIMIT_PUBLISHABLE_PER_ADDRESS: rateSetting('60/60'),
  /** Look-ups of invalid credentials for one address. Calls with a known credential are not affected. */
  LIMIT_FAILED_CREDENTIALS: rateSetting('30/60'),
  /** Where limits by client are counted: in each process, or in PostgreSQL for all processes of a service. */
  LIMITS_STORE: z.enum(['memory', 'postgres'], { error: 'must be memory or postgres' }).default('memory'),
} as const
