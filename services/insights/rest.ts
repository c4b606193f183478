import { z } from 'zod'
import { type Insight, Stage } from '../../domain/insight.ts'
import { Intent, NextAction, Priority } from '../../domain/vocabulary.ts'
import { abortWhenClosed } from '../../lib/server/abort-when-closed.ts'
import { problemSchema } from '../../lib/server/problem.ts'
import type { RestApp } from '../../lib/server/rest-door.ts'
import type { GetInsight } from './rpc.ts'
import { parseWait } from './wait.ts'

const insightSchema = z.object({
  id: z.string().meta({ format: 'uuid' }),
  lead_id: z.string().meta({ format: 'uuid' }),
  content_hash: z.string().meta({ description: 'SHA-256 of the note, in hex.' }),
  intent: z.enum(Intent),
  priority: z.enum(Priority),
  next_action: z.enum(NextAction),
  confidence: z.number().min(0).max(1).meta({ description: 'Probability that intent and priority are both right.' }),
  tags: z.array(z.string()),
  reasons: z
    .array(z.object({ text: z.string(), start: z.int(), end: z.int(), weight: z.number() }))
    .meta({ description: 'The strongest first; start and end are UTF-16 code units of the note.' }),
  language: z.string().meta({ description: 'ISO 639-1, or und.' }),
  analyzer: z.string().meta({ description: 'Who made it, as name@version.' }),
  stage: z.enum(Stage).meta({ description: 'A provisional insight may still be replaced by a better one.' }),
  generation: z
    .int()
    .min(1)
    .meta({ description: "The lead's generation that it was made for; rises with each retriage." }),
  created_at: z.string().meta({ format: 'date-time' }),
  updated_at: z
    .string()
    .meta({ format: 'date-time', description: 'When it was last replaced by a better or newer one.' }),
})

/** The REST routes of insights. */
export function registerInsightsRest(app: RestApp, getInsight: GetInsight): void {
  app.get(
    '/leads/:lead_id/insight',
    {
      schema: {
        summary: 'Get the insight of a lead',
        description: 'Holds the call until the insight is there when asked to, by `?wait=5s` or `Prefer: wait=5`.',
        params: z.object({ lead_id: z.string() }),
        querystring: z.object({ wait: z.string().optional().meta({ example: '5s' }) }),
        response: {
          200: insightSchema,
          404: problemSchema.describe(
            '`insight_pending`: ask again after Retry-After. `insight_failed`: the lead is a dead letter. `lead_not_found`: no such lead.',
          ),
          422: problemSchema,
          503: problemSchema,
        },
      },
    },
    async (request, reply) => {
      const wait = parseWait(request.query.wait, request.headers.prefer)
      const { signal, release } = abortWhenClosed(reply.raw)
      try {
        return toBody(await getInsight({ lead_id: request.params.lead_id, wait }, signal))
      } finally {
        release()
      }
    },
  )
}

function toBody(insight: Insight): z.infer<typeof insightSchema> {
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
  }
}
