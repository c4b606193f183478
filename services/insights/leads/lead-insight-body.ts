import { z } from 'zod'
import { LEAD_EXAMPLE, leadSchema, toLeadBody } from '../../../contract/lead-body.ts'
import { INSIGHT_EXAMPLE, insightSchema, toInsightBody } from '../insight-body.ts'
import { stateField } from './insight-filter-query.ts'
import type { LeadInsight } from './lead-insight.ts'

export const LEAD_INSIGHT_EXAMPLE = {
  lead: LEAD_EXAMPLE,
  client: 'website',
  state: 'open',
  insight: INSIGHT_EXAMPLE,
  dead_letter_reason: null,
}

/** A lead with its insight as REST responses have it. */
export const leadInsightSchema = z
  .object({
    lead: leadSchema.meta({
      description: 'Without the scope `leads:read`, email, phone and name are null and the note is empty.',
    }),
    client: z.string().meta({ description: 'The client that stored the lead.' }),
    state: stateField,
    insight: insightSchema.nullable().meta({ description: 'Null unless the state is `open`.' }),
    dead_letter_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why the lead was dead-lettered, `failed` or `delivery_limit`; null in any other state.' }),
  })
  .meta({
    id: 'LeadInsight',
    description: 'A lead with its insight and its current state.',
    examples: [LEAD_INSIGHT_EXAMPLE],
  })

export function toLeadInsightBody(row: LeadInsight): z.infer<typeof leadInsightSchema> {
  return {
    lead: toLeadBody(row.lead),
    client: row.clientId,
    state: row.state,
    insight: row.insight === undefined ? null : toInsightBody(row.insight),
    dead_letter_reason: row.deadLetterReason ?? null,
  }
}
