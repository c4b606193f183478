import { z } from 'zod'

const error = 'must be a time such as 2026-01-31T12:00:00Z, of the years 1 to 9999'

/** A point in time, as RFC 3339 text (REST) or as a Date (from a Timestamp); finer than a millisecond is cut off. */
export const timeSchema = z
  .union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))], { error })
  // a Date reaches further than PostgreSQL and Timestamp do, and writes such years with a sign
  .refine((time) => /^(?!0000)\d{4}-/.test(time.toISOString()), { error })
