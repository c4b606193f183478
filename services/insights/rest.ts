import { z } from 'zod'
import { EXAMPLE_LEAD_ID, intentField, leadIdParams, timeField, uuidField } from '../../contract/rest-fields.ts'
import { type Insight, Stage } from '../../domain/insight.ts'
import { NextAction, Priority } from '../../domain/vocabulary.ts'
import { ErrorCode } from '../../lib/errors/app-error.ts'
import { abortWhenClosed } from '../../lib/server/http/abort-when-closed.ts'
import type { RestApp } from '../../lib/server/rest/handler.ts'
import type { ApiDescription } from '../../lib/server/rest/openapi/register-openapi.ts'
import { DETAILS } from '../../lib/server/rest/openapi/route-details.ts'
import type { GetInsight } from './rpc.ts'
import { parseWait } from './wait.ts'

export const insightsApi: ApiDescription = {
  title: 'leadtriage insights',
  description:
    'Serves what triage found out about leads. Leads are stored by the service intake. The same operation is served over ' +
    'Connect, gRPC-Web and gRPC on this port.',
  tags: [{ name: 'Insights', description: 'What the sender of a lead wants, and how soon someone must act.' }],
}

/** From 0 to 60 s; what is no such duration is refused. */
const WAIT_PATTERN = '^(?:[0-5]?[0-9](?:\\.[0-9]{1,9})?s?|60s?|[1-5]?[0-9]{1,4}ms|60000ms)$'

const reasonSchema = z
  .object({
    text: z.string(),
    start: z.int().min(0),
    end: z.int().min(0),
    weight: z.number().meta({ description: 'How much it speaks for the judgement.' }),
  })
  .meta({ id: 'Reason', description: 'A part of the note that led to the judgement.' })
const insightSchema = z
  .object({
    id: uuidField,
    lead_id: uuidField,
    content_hash: z.string().meta({ description: 'SHA-256 of the note, in hex.', pattern: '^[0-9a-f]{64}$' }),
    intent: intentField,
    priority: z
      .enum(Priority)
      .meta({ id: 'Priority', description: 'P0 now, P1 today, P2 this week, P3 when there is time or never.' }),
    next_action: z.enum(NextAction).meta({ id: 'NextAction', description: 'What the person on duty does.' }),
    confidence: z.number().min(0).max(1).meta({ description: 'Probability that intent and priority are both right.' }),
    tags: z.array(z.string()),
    reasons: z
      .array(reasonSchema)
      .meta({ description: 'The strongest first; start and end are UTF-16 code units of the note.' }),
    language: z.string().meta({ description: 'ISO 639-1, or und.' }),
    analyzer: z.string().meta({ description: 'Who made it, as name@version.' }),
    stage: z
      .enum(Stage)
      .meta({ id: 'Stage', description: 'A provisional insight may still be replaced by a better one.' }),
    generation: z
      .int()
      .min(1)
      .meta({ description: "The lead's generation that it was made for; rises with each retriage." }),
    created_at: timeField,
    updated_at: timeField.meta({ description: 'When it was last replaced by a better or newer one.' }),
  })
  .meta({
    id: 'Insight',
    description: 'What triage found out about a lead.',
    examples: [
      {
        id: '0d0b1a37-9b3f-5d0c-8f4e-2f6f1f0c7a55',
        lead_id: EXAMPLE_LEAD_ID,
        content_hash: '5d1b7c1f3f0a4a58bf0c0a4f0f6f8a115d1b7c1f3f0a4a58bf0c0a4f0f6f8a11',
        intent: 'buy',
        priority: 'P0',
        next_action: 'call',
        confidence: 0.97,
        tags: ['urgent', 'pricing', 'enterprise'],
        reasons: [{ text: 'urgent pricing', start: 5, end: 19, weight: 2.4 }],
        language: 'en',
        analyzer: 'rules@2',
        stage: 'final',
        generation: 1,
        updated_at: '2026-01-31T12:00:00.000Z',
        created_at: '2026-01-31T12:00:00.000Z',
      },
    ],
  })

/** The REST routes of insights. */
export function registerInsightsRest(app: RestApp, getInsight: GetInsight): void {
  app.get(
    '/leads/:lead_id/insight',
    {
      schema: {
        operationId: 'getInsight',
        tags: ['Insights'],
        summary: 'Get the insight of a lead',
        description:
          'With `wait`, or with the header `Prefer`, holds the call until the insight is there or the time is over.',
        params: leadIdParams,
        querystring: z.object({
          wait: z
            .string()
            .optional()
            .meta({
              description:
                'How long to wait for the insight: seconds (`5`, `2.5s`) or `500ms`, at most 60 s. Wins over `Prefer`.',
              pattern: WAIT_PATTERN,
              examples: ['5s'],
            }),
        }),
        headers: z.looseObject({
          prefer: z
            .string()
            .optional()
            .meta({ description: 'The preference `wait` of RFC 7240, in seconds: `wait=5`. At most 60.' }),
        }),
        response: { 200: insightSchema.describe('The insight.') },
        [DETAILS]: { problems: [ErrorCode.LeadNotFound, ErrorCode.InsightPending, ErrorCode.InsightFailed] },
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
