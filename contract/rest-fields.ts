import { z } from 'zod'
import { Intent } from '../domain/vocabulary.ts'

/*
 * Fields as the OpenAPI documents describe them. The use cases validate requests themselves (`uuidSchema`,
 * `timeSchema`), so that one response lists all violations.
 */

export const EXAMPLE_LEAD_ID = '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11'

export const uuidField = z.string().meta({ format: 'uuid' })
export const leadIdParams = z.object({
  lead_id: uuidField.meta({ description: 'ID of the lead.', examples: [EXAMPLE_LEAD_ID] }),
})
export const leadIdsField = z
  .array(uuidField)
  .min(1)
  .max(1_000)
  .meta({ examples: [[EXAMPLE_LEAD_ID]] })

export const timeField = z.string().meta({ format: 'date-time' })

export const intentField = z.enum(Intent).meta({ id: 'Intent', description: 'What the sender wants.' })

/** Text that PostgreSQL can store, of at most `maxLength` Unicode code points. */
export function textField(maxLength: number) {
  return z.string().max(maxLength).meta({ pattern: '^[^\\u0000]*$' })
}
