import { z } from 'zod'

/**
 * A UUID of any version in 8-4-4-4-12 form. Case-insensitive; converted to lower case, as PostgreSQL returns it.
 */
export const uuidSchema = z
  .guid({ error: 'must be a UUID such as 0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11' })
  .transform((value) => value.toLowerCase())

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether {@link uuidSchema} accepts the text. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}
