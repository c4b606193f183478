import { z } from 'zod'
import type { Lead } from '../domain/lead.ts'
import { EXAMPLE_LEAD_ID, timeField, uuidField } from './rest-fields.ts'

export const LEAD_EXAMPLE = {
  id: EXAMPLE_LEAD_ID,
  email: 'buyer@example.com',
  phone: '+1 555 0100',
  name: 'Ada Lovelace',
  note: 'Need urgent pricing for 50 seats ASAP! Want to buy next week.',
  source: 'web',
  created_at: '2026-01-31T12:00:00.000Z',
}

/** A lead as the REST responses of intake and insights have it. */
export const leadSchema = z
  .object({
    id: uuidField,
    email: z.string().nullable(),
    phone: z.string().nullable(),
    name: z.string().nullable(),
    note: z.string(),
    source: z.string().nullable(),
    created_at: timeField.meta({ description: 'When the lead was stored.' }),
  })
  .meta({ id: 'Lead', description: 'A stored lead.', examples: [LEAD_EXAMPLE] })

export function toLeadBody(lead: Lead): z.infer<typeof leadSchema> {
  const { id, email, phone, name, note, source, createdAt } = lead
  return { id, email, phone, name, note, source, created_at: createdAt.toISOString() }
}
