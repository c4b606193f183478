import { z } from 'zod'
import { EXAMPLE_LEAD_ID, intentField, leadIdParams, timeField, uuidField } from '../../contract/rest-fields.ts'
import { type Insight, Stage } from '../../domain/insight.ts'
import { NextAction, Priority } from '../../domain/vocabulary.ts'
import { Scope } from '../../lib/auth/scopes.ts'
import { ErrorCode } from '../../lib/errors/app-error.ts'
import { abortWhenClosed } from '../../lib/server/http/abort-when-closed.ts'
import type { RestApp } from '../../lib/server/rest/handler.ts'
import type { ApiDescription } from '../../lib/server/rest/openapi/register-openapi.ts'
import { DETAILS } from '../../lib/server/rest/openapi/route-details.ts'
import type { GetInsight } from './rpc.ts'
import { signInTags } from './sign-in/rest.ts'
import { parseWait } from './wait.ts'

export const insightsApi: ApiDescription = {
  title: 'leadtriage insights',
  description:
    'Serves the insights that triage produces for leads. The intake service stores the leads. This port serves ' +
    'insights over Connect, gRPC-Web and gRPC.',
  tags: [
    { name: 'Insights', description: 'What the sender of a lead wants, and how soon someone must act.' },
    ...signInTags,
  ],
}

/** A duration from 0 to 60 s. */
const WAIT_PATTERN = '^(?:[0-5]?[0-9](?:\\.[0-9]{1,9})?s?|60s?|[1-5]?[0-9]{1,4}ms|60000ms)$'

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
const insightSchema = z
  .object({
    id: uuidField,
    lead_id: uuidField,
    content_hash: z.string().meta({ description: 'SHA-256 of the note, in hex.', pattern: '^[0-9a-f]{64}$' }),
    intent: intentField,
    priority: z.enum(Priority).meta({
      id: 'Priority',
      description: 'How soon someone must act: P0 now, P1 today, P2 this week, P3 when there is time or never.',
    }),
    next_action: z.enum(NextAction).meta({ id: 'NextAction', description: 'What to do with the lead.' }),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: 'Probability that intent and priority are both correct.' }),
    tags: z.array(z.string()).meta({ description: 'Short facts about the note, sorted.' }),
    reasons: z.array(reasonSchema).meta({ description: 'The evidence, what a person needs first in front.' }),
    language: z.string().meta({ description: "ISO 639-1 code of the note's language, or `und` when undetermined." }),
    analyzer: z.string().meta({ description: 'The analyzer that produced the insight, as name@version.' }),
    stage: z
      .enum(Stage)
      .meta({ id: 'Stage', description: 'A better analyzer may still replace a provisional insight.' }),
    generation: z
      .int()
      .min(1)
      .meta({ description: 'The generation of the lead that was analyzed; incremented by each retriage.' }),
    created_at: timeField.meta({ description: "When the lead's first insight was stored." }),
    updated_at: timeField.meta({ description: 'When the insight was last stored or replaced.' }),
  })
  .meta({
    id: 'Insight',
    description: 'The result of triaging a lead.',
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
        reasons: [{ text: 'asks for a price', start: 12, end: 19, weight: 2.4 }],
        language: 'en',
        analyzer: 'rules@3',
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
      config: { scope: Scope.InsightsRead },
      schema: {
        operationId: 'getInsight',
        tags: ['Insights'],
        summary: 'Get the insight of a lead',
        description:
          'If the lead has no insight yet, `wait` (or the header `Prefer`) makes the call wait for it. Without an ' +
          'insight the response is 404, with the code `insight_pending`, `insight_failed` or `lead_not_found`.',
        params: leadIdParams,
        querystring: z.object({
          wait: z
            .string()
            .optional()
            .meta({
              description:
                'How long to wait for the insight: seconds (`5`, `2.5s`) or `500ms`, at most 60 s. Overrides `Prefer`.',
              pattern: WAIT_PATTERN,
              examples: ['5s'],
            }),
        }),
        headers: z.looseObject({
          prefer: z.string().optional().meta({
            description:
              'The preference `wait` of RFC 7240, in seconds, for example `wait=5`; larger values mean 60 seconds.',
          }),
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
