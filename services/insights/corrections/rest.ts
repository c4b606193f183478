import { z } from 'zod'
import { intentField, leadIdParams, textField, timeField, uuidField } from '../../../contract/rest-fields.ts'
import { MAX_COMMENT_LENGTH } from '../../../domain/correction.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { INSIGHT_EXAMPLE, insightSchema, nextActionField, priorityField, toInsightBody } from '../insight-body.ts'
import { CORRECTION_EXAMPLE, correctionSchema, toCorrectionBody } from './correction-body.ts'
import type { CorrectInsight, ListCorrections } from './rpc.ts'

/** Documents the body. correctInsight validates it, for every protocol, so that one response lists all violations. */
const newCorrectionSchema = z
  .strictObject({
    intent: intentField.nullish(),
    priority: priorityField.nullish(),
    next_action: nextActionField.nullish().meta({ description: 'That of spam is always `ignore`.' }),
    spam: z
      .boolean()
      .nullish()
      .meta({
        description:
          '`true`: the intent `spam`, P3 and `ignore`, and no other part may be given. `false`: if the lead counts as ' +
          'spam, the intent `other`, unless `intent` is given.',
      }),
    comment: textField(MAX_COMMENT_LENGTH)
      .nullish()
      .meta({ description: 'Why. Shown only with the scope `leads:read`.' }),
    request_id: uuidField
      .nullish()
      .meta({ description: 'A UUID that the client chooses, the same for every attempt to store this correction.' }),
  })
  .meta({
    id: 'NewCorrection',
    description: 'At least one of intent, priority, next_action and spam.',
    examples: [{ intent: 'support', priority: 'P1', comment: 'An existing customer who asks about an invoice.' }],
  })

const CORRECTED_INSIGHT_EXAMPLE = {
  ...INSIGHT_EXAMPLE,
  ...CORRECTION_EXAMPLE.verdict,
  analyzer_verdict: CORRECTION_EXAMPLE.analyzer_verdict,
  corrected_at: CORRECTION_EXAMPLE.created_at,
}

const correctedSchema = z
  .object({ correction: correctionSchema, insight: insightSchema.meta({ description: 'As it is now.' }) })
  .meta({
    id: 'CorrectedInsight',
    description: 'A stored correction, and the insight as it is now.',
    examples: [{ correction: CORRECTION_EXAMPLE, insight: CORRECTED_INSIGHT_EXAMPLE }],
  })

const correctedNoteSchema = z
  .object({
    correction: correctionSchema,
    note: z.string().meta({ description: 'Empty without the scope `leads:read`.' }),
    language: z.string().meta({ description: "ISO 639-1 code of the note's language, or `und`." }),
    received_at: timeField.meta({ description: 'When the lead was stored.' }),
    tags: z.array(z.string()).meta({ description: 'Of the insight, as the analyzer determined them.' }),
  })
  .meta({ id: 'CorrectedNote', description: 'A correction that counts, with the note that it is about.' })

const pageSchema = z
  .object({
    corrections: z.array(correctedNoteSchema),
    next_page_token: z.string().nullable().meta({ description: 'Token of the next page; null on the last page.' }),
  })
  .meta({
    id: 'CorrectionPage',
    examples: [
      {
        corrections: [
          {
            correction: CORRECTION_EXAMPLE,
            note: 'The invoice of January is wrong.',
            language: 'en',
            received_at: '2026-01-31T12:00:00.000Z',
            tags: ['billing'],
          },
        ],
        next_page_token: null,
      },
    ],
  })

export function registerCorrectionsRest(
  app: RestApp,
  { correctInsight, listCorrections }: { correctInsight: CorrectInsight; listCorrections: ListCorrections },
): void {
  app.get(
    '/corrections',
    {
      config: { scope: Scope.InsightsRead },
      schema: {
        operationId: 'listCorrections',
        tags: ['Insights'],
        summary: 'List corrections with their notes, oldest first',
        description:
          'The latest correction of each lead, to train and measure analyzers. Without the scope `leads:read`, notes ' +
          'and comments are left out.',
        querystring: z.object({
          created_after: timeField.optional().meta({ description: 'Corrections made at or after this time.' }),
          created_before: timeField.optional().meta({ description: 'Corrections made before this time.' }),
          page_size: z
            .int()
            .min(0)
            .optional()
            .meta({
              description:
                'Maximum number of corrections per page. 0 means the default, 50; values above 500 mean 500.',
              examples: [50],
            }),
          page_token: z.string().optional().meta({
            description: 'The `next_page_token` of the previous page. The filter must not change between pages.',
          }),
        }),
        response: { 200: pageSchema.describe('A page of the list.') },
      },
      validatorCompiler: () => (value: unknown) => ({ value }), // listCorrections validates it, for every protocol
    },
    async ({ principal, query }) => {
      const pageSize: unknown = query.page_size // a string, see validatorCompiler
      const input = { ...query, page_size: pageSize === undefined ? undefined : Number(pageSize) }
      const { corrections, nextPageToken } = await listCorrections(principal, input)
      return {
        corrections: corrections.map(({ correction, note, language, tags, receivedAt }) => ({
          ...{ correction: toCorrectionBody(correction), note, language, tags: [...tags] },
          received_at: receivedAt.toISOString(),
        })),
        next_page_token: nextPageToken ?? null,
      }
    },
  )

  app.post(
    '/leads/:lead_id/corrections',
    {
      config: { scope: Scope.InsightsWrite },
      schema: {
        operationId: 'correctInsight',
        tags: ['Insights'],
        summary: 'Correct the insight of a lead',
        description:
          "Stores a person's verdict, which outranks the analyzer's in every read, filter and event, also after a " +
          'retriage, until the next correction. What the request leaves out stays as it counts now, with these ' +
          'exceptions. If the intent or the priority changes, `next_action` follows from them. That of spam is always ' +
          '`ignore`. A lead that becomes spam gets P3, one that no longer is gets P2. A correction with the same verdict ' +
          'confirms it.',
        params: leadIdParams,
        body: newCorrectionSchema,
        response: {
          200: correctedSchema.describe('An earlier request with the same `request_id` stored the correction.'),
          201: correctedSchema.describe('The correction is stored.'),
        },
        [DETAILS]: {
          headers: { 200: ['Idempotent-Replayed'] },
          problems: [
            ErrorCode.LeadNotFound,
            ErrorCode.InsightPending,
            ErrorCode.InsightFailed,
            ErrorCode.IdempotencyConflict,
          ],
        },
      },
      validatorCompiler: () => (value) => ({ value }), // see newCorrectionSchema
    },
    async (request, reply) => {
      const { correction, insight, replayed } = await correctInsight(request, request.params.lead_id, request.body)
      if (replayed) reply.header('idempotent-replayed', 'true')
      return reply
        .code(replayed ? 200 : 201)
        .send({ correction: toCorrectionBody(correction), insight: toInsightBody(insight) })
    },
  )
}
