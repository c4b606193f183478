import { z } from 'zod'
import { EXAMPLE_LEAD_ID, timeField, uuidField } from '../../../contract/rest-fields.ts'
import type { Correction } from '../../../domain/correction.ts'
import { toVerdictBody, verdictSchema } from '../insight-body.ts'

export const CORRECTION_EXAMPLE = {
  id: '019c13f2-0a1b-7c2d-8e3f-4a5b6c7d8e9f',
  lead_id: EXAMPLE_LEAD_ID,
  verdict: { intent: 'support', priority: 'P1', next_action: 'email' },
  analyzer_verdict: { intent: 'buy', priority: 'P0', next_action: 'call' },
  analyzer: 'rules@3',
  confidence: 0.97,
  generation: 1,
  comment: 'An existing customer who asks about an invoice.',
  actor: 'user:4f1c',
  created_at: '2026-01-31T12:30:00.000Z',
}

/** A correction as REST responses have it. */
export const correctionSchema = z
  .object({
    id: uuidField,
    lead_id: uuidField,
    verdict: verdictSchema.meta({ description: "The person's verdict." }),
    analyzer_verdict: verdictSchema.meta({ description: 'What the analyzer had determined by then.' }),
    analyzer: z.string().meta({ description: 'The analyzer, as name@version.' }),
    confidence: z.number().min(0).max(1).meta({ description: 'The confidence of the analyzer.' }),
    generation: z.int().min(1).meta({ description: 'The generation of the insight that was corrected.' }),
    comment: z.string().nullable().meta({ description: 'Why, or null. Null without the scope `leads:read`.' }),
    actor: z.string().meta({ description: 'Who corrected, for example `user:<id>` or `key:<id>`.' }),
    created_at: timeField.meta({ description: 'Of the corrections of a lead, each is later than the one before.' }),
  })
  .meta({
    id: 'Correction',
    description: "A person's verdict on an insight, which outranks the analyzer's. The latest correction counts.",
    examples: [CORRECTION_EXAMPLE],
  })

export function toCorrectionBody(correction: Correction): z.infer<typeof correctionSchema> {
  const { id, leadId, verdict, analyzerVerdict, analyzer, confidence, generation, comment, actor } = correction
  return {
    ...{ id, lead_id: leadId, verdict: toVerdictBody(verdict), analyzer_verdict: toVerdictBody(analyzerVerdict) },
    ...{ analyzer, confidence, generation, comment, actor, created_at: correction.createdAt.toISOString() },
  }
}
