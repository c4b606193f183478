import { z } from 'zod'
import { EXAMPLE_LEAD_ID, intentField, timeField, uuidField } from '../../contract/rest-fields.ts'
import type { Insight, Verdict } from '../../domain/insight.ts'
import { Stage } from '../../domain/insight.ts'
import { NextAction, Priority } from '../../domain/vocabulary.ts'

export const priorityField = z.enum(Priority).meta({
  id: 'Priority',
  description: 'How soon someone must act: P0 now, P1 today, P2 this week, P3 when there is time or never.',
})
export const nextActionField = z.enum(NextAction).meta({ id: 'NextAction', description: 'What to do with the lead.' })
export const stageField = z
  .enum(Stage)
  .meta({ id: 'Stage', description: 'A better analyzer may still replace a provisional insight.' })

export const verdictSchema = z
  .object({ intent: intentField, priority: priorityField, next_action: nextActionField })
  .meta({ id: 'Verdict', examples: [{ intent: 'support', priority: 'P1', next_action: 'email' }] })

const reasonSchema = z
  .object({
    text: z.string().meta({ description: 'A short English statement, for example "asks for a price".' }),
    start: z.int().min(0).meta({ description: 'First UTF-16 code unit of the span in the note.' }),
    end: z.int().min(0).meta({ description: 'One past the last UTF-16 code unit of the span.' }),
    weight: z
      .number()
      .meta({ description: 'How much it contributed to the result; the scale depends on the analyzer.' }),
  })
  .meta({ id: 'Reason', description: 'A part of the note that is evidence for the result.' })

export const INSIGHT_EXAMPLE = {
  id: '0d0b1a37-9b3f-5d0c-8f4e-2f6f1f0c7a55',
  lead_id: EXAMPLE_LEAD_ID,
  content_hash: '5d1b7c1f3f0a4a58bf0c0a4f0f6f8a115d1b7c1f3f0a4a58bf0c0a4f0f6f8a11',
  intent: 'buy',
  priority: 'P0',
  next_action: 'call',
  confidence: 0.97,
  tags: ['urgent', 'pricing', 'enterprise'],
  reasons: [{ text: 'asks for a price', start: 12, end: 19, weight: 2.4 }],
  language: 'en',
  analyzer: 'rules@3',
  stage: 'final',
  generation: 1,
  updated_at: '2026-01-31T12:00:00.000Z',
  created_at: '2026-01-31T12:00:00.000Z',
  analyzer_verdict: null,
  corrected_at: null,
}

/** An insight as REST responses have it. */
export const insightSchema = z
  .object({
    id: uuidField,
    lead_id: uuidField,
    content_hash: z.string().meta({ description: 'SHA-256 of the note, in hex.', pattern: '^[0-9a-f]{64}$' }),
    intent: intentField,
    priority: priorityField,
    next_action: nextActionField,
    confidence: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: 'Probability that intent and priority are both correct.' }),
    tags: z.array(z.string()).meta({ description: 'Short facts about the note, sorted.' }),
    reasons: z.array(reasonSchema).meta({ description: 'The evidence, what a person needs first in front.' }),
    language: z.string().meta({ description: "ISO 639-1 code of the note's language, or `und` when undetermined." }),
    analyzer: z.string().meta({ description: 'The analyzer that produced the insight, as name@version.' }),
    stage: stageField,
    generation: z
      .int()
      .min(1)
      .meta({ description: 'The generation of the lead that was analyzed; incremented by each retriage.' }),
    created_at: timeField.meta({ description: "When the lead's first insight was stored." }),
    updated_at: timeField.meta({ description: 'When the insight was last stored or replaced.' }),
    analyzer_verdict: verdictSchema.nullable().meta({
      description:
        'What the analyzer determined, if a person corrected the insight: `intent`, `priority` and `next_action` are ' +
        "then the person's. Otherwise null.",
    }),
    corrected_at: timeField.nullable().meta({ description: 'When a person last corrected the insight, or null.' }),
  })
  .meta({
    id: 'Insight',
    description: 'The result of triaging a lead.',
    examples: [INSIGHT_EXAMPLE],
  })

export function toInsightBody(insight: Insight): z.infer<typeof insightSchema> {
  return {
    id: insight.id,
    lead_id: insight.leadId,
    content_hash: insight.contentHash,
    intent: insight.intent,
    priority: insight.priority,
    next_action: insight.nextAction,
    confidence: insight.confidence,
    tags: [...insight.tags],
    reasons: [...insight.reasons],
    language: insight.language,
    analyzer: insight.analyzer,
    stage: insight.stage,
    generation: insight.generation,
    created_at: insight.createdAt.toISOString(),
    updated_at: insight.updatedAt.toISOString(),
    analyzer_verdict: insight.corrected ? toVerdictBody(insight.corrected.analyzerVerdict) : null,
    corrected_at: insight.corrected?.at.toISOString() ?? null,
  }
}

export function toVerdictBody({ intent, priority, nextAction }: Verdict): z.infer<typeof verdictSchema> {
  return { intent, priority, next_action: nextAction }
}
