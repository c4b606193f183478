import { z } from 'zod'
import { EXAMPLE_LEAD_ID, leadIdParams, leadIdsField, timeField, uuidField } from '../../contract/rest-fields.ts'
import { Scope } from '../../lib/auth/scopes.ts'
import { ErrorCode } from '../../lib/errors/app-error.ts'
import { auditSourceOfRequest } from '../../lib/server/audit-source.ts'
import { abortWhenClosed } from '../../lib/server/http/abort-when-closed.ts'
import type { RestApp } from '../../lib/server/rest/handler.ts'
import type { ApiDescription } from '../../lib/server/rest/openapi/register-openapi.ts'
import { DETAILS } from '../../lib/server/rest/openapi/route-details.ts'
import type { DeadLetter } from './dead-letter.ts'
import { DeadLetterReason, DeadLetterState } from './dead-letter.ts'
import type { Triage } from './triage.ts'

export const triageApi: ApiDescription = {
  title: 'leadtriage triage',
  description:
    'Shows the triage queue, and lists and redrives dead letters. This port serves the same operations over Connect, ' +
    'gRPC-Web and gRPC.',
  tags: [
    { name: 'Queue', description: 'The leads waiting for triage.' },
    { name: 'Dead letters', description: 'The leads that triage dead-lettered or parked.' },
  ],
}

const count = z.int().min(0)
const queueSchema = z
  .object({
    pending: count.meta({ description: 'Leads not delivered to a worker yet.' }),
    in_flight: count.meta({ description: 'Leads delivered to a worker and not finished.' }),
    dead_letters: count.meta({ description: 'Leads that triage dead-lettered.' }),
    parked: count.meta({
      description: 'Leads waiting outside the queue for a retry: parked by triage, or redriven.',
    }),
    deferred: count.meta({
      description: 'Leads due to be queued that wait in PostgreSQL while the queue is full: clients take turns.',
    }),
    oldest_age_seconds: z
      .number()
      .nullable()
      .meta({ description: 'Age of the oldest unfinished lead in the queue; null when the queue is empty.' }),
  })
  .meta({
    id: 'Queue',
    description: 'The state of the queue across all workers.',
    examples: [{ pending: 12, in_flight: 8, dead_letters: 1, parked: 0, deferred: 0, oldest_age_seconds: 0.4 }],
  })

const reasonField = z.enum(DeadLetterReason).meta({
  id: 'DeadLetterReason',
  description:
    '`failed`: the last attempt failed, or the error cannot be resolved by a retry; `delivery_limit`: the worker ' +
    'acknowledged none of the last deliveries; `parked`: retried at `retry_at`.',
})
const letterExample = {
  lead_id: EXAMPLE_LEAD_ID,
  generation: 1,
  reason: 'failed',
  error: 'the model server returned 400: request rejected',
  attempts: 5,
  first_failed_at: '2026-01-31T12:00:00.000Z',
  last_failed_at: '2026-01-31T12:04:00.000Z',
  retry_at: null,
}
const deadLetterSchema = z
  .object({
    lead_id: uuidField,
    generation: z.int().min(1).meta({ description: 'The generation of the lead that failed.' }),
    reason: reasonField,
    error: z.string().meta({ description: 'The error of the last attempt, as text for operators.' }),
    attempts: count.meta({ description: 'How often triage attempted the lead; reset to 0 by a redrive.' }),
    first_failed_at: timeField,
    last_failed_at: timeField,
    retry_at: timeField.nullable().meta({ description: 'When the lead is retried; null unless it is parked.' }),
  })
  .meta({ id: 'DeadLetter', description: 'A lead that triage dead-lettered or parked.', examples: [letterExample] })
const pageSchema = z
  .object({
    dead_letters: z.array(deadLetterSchema),
    next_page_token: z.string().nullable().meta({ description: 'Token of the next page; null on the last page.' }),
  })
  .meta({ id: 'DeadLetterPage', examples: [{ dead_letters: [letterExample], next_page_token: null }] })

/*
 * Request fields as the OpenAPI document describes them. The use cases validate them, for every protocol, so that one
 * response lists all violations.
 */
const stateField = z.enum(DeadLetterState).optional().meta({
  description: '`dead` (default): not retried unless redriven; `parked`: retried at `retry_at`; `all`: both.',
})
const filterShape = {
  reason: reasonField.optional(),
  failed_after: timeField.optional().meta({ description: 'The last failure was at or after this time.' }),
  failed_before: timeField.optional().meta({ description: 'The last failure was before this time.' }),
}
const dryRun = z.boolean().optional().meta({ description: 'If true, counts the dead letters without redriving them.' })
const redriveBodySchema = z
  .union([
    z
      .strictObject({
        lead_ids: leadIdsField.meta({ description: 'IDs of leads. IDs without a dead letter are not counted.' }),
        dry_run: dryRun,
      })
      .meta({ id: 'RedriveByIds', description: 'Selects dead letters by lead ID, in any state.' }),
    z.strictObject({ ...filterShape, state: stateField, dry_run: dryRun }).meta({
      id: 'RedriveByFilter',
      description: 'Selects dead letters that match every given field.',
      anyOf: Object.keys(filterShape).map((field) => ({ required: [field] })),
    }),
    z
      .strictObject({ all: z.literal(true), state: stateField, dry_run: dryRun })
      .meta({ id: 'RedriveAll', description: 'Selects all dead letters in the given state.' }),
  ])
  .meta({ id: 'RedriveSelection', examples: [{ reason: 'failed', dry_run: true }] })
const redrivenSchema = z
  .object({ leads: count.meta({ description: 'Number of leads redriven, or with `dry_run` the number selected.' }) })
  .meta({ id: 'Redriven', examples: [{ leads: 3 }] })

const validatedByUseCase = { validatorCompiler: () => (value: unknown) => ({ value }) }

export function registerTriageRest(app: RestApp, triage: Triage): void {
  app.get(
    '/queue',
    {
      config: { scope: Scope.TriageAdmin },
      schema: {
        operationId: 'getQueue',
        tags: ['Queue'],
        summary: 'Get the state of the queue',
        response: { 200: queueSchema.describe('The state of the queue.') },
      },
    },
    async () => {
      const { pending, inFlight, deadLetters, parked, deferred, oldestAgeMs } = await triage.getQueue()
      return {
        pending,
        in_flight: inFlight,
        dead_letters: deadLetters,
        parked,
        deferred,
        oldest_age_seconds: oldestAgeMs === undefined ? null : oldestAgeMs / 1000,
      }
    },
  )

  app.get(
    '/dead-letters',
    {
      config: { scope: Scope.TriageAdmin },
      schema: {
        operationId: 'listDeadLetters',
        tags: ['Dead letters'],
        summary: 'List dead letters, newest failure first',
        querystring: z.object({
          ...filterShape,
          state: stateField,
          page_size: z
            .int()
            .min(0)
            .optional()
            .meta({
              description:
                'Maximum number of dead letters per page. 0 means the default, 50; values above 500 mean 500.',
              examples: [50],
            }),
          page_token: z.string().optional().meta({
            description: 'The `next_page_token` of the previous page. The filter must not change between pages.',
          }),
        }),
        response: { 200: pageSchema.describe('A page of the list.') },
      },
      ...validatedByUseCase,
    },
    async ({ query }) => {
      const pageSize: unknown = query.page_size // a string, see validatedByUseCase
      const input = { ...query, page_size: pageSize === undefined ? undefined : Number(pageSize) }
      const { deadLetters, nextPageToken } = await triage.listDeadLetters(input)
      return { dead_letters: deadLetters.map(toBody), next_page_token: nextPageToken ?? null }
    },
  )

  app.get(
    '/dead-letters/:lead_id',
    {
      config: { scope: Scope.TriageAdmin },
      schema: {
        operationId: 'getDeadLetter',
        tags: ['Dead letters'],
        summary: 'Get the dead letter of a lead',
        params: leadIdParams,
        response: { 200: deadLetterSchema.describe('The dead letter.') },
        [DETAILS]: { problems: [ErrorCode.DeadLetterNotFound] },
      },
    },
    async (request) => toBody(await triage.getDeadLetter(request.params.lead_id)),
  )

  app.post(
    '/dead-letters::redrive', // `::` is an escaped colon
    {
      config: { scope: Scope.TriageAdmin },
      schema: {
        operationId: 'redriveDeadLetters',
        tags: ['Dead letters'],
        summary: 'Redrive dead letters',
        description:
          'Queues dead-lettered or parked leads to be triaged again. Takes exactly one of `lead_ids`, a filter ' +
          '(`reason`, `failed_after`, `failed_before`), or `all`. Works in batches: if a call fails midway, the ' +
          'first batches are redriven; retrying the call is safe.',
        body: redriveBodySchema,
        response: { 200: redrivenSchema.describe('The dead letters are redriven, or with `dry_run` counted.') },
      },
      ...validatedByUseCase,
    },
    async (request, reply) => {
      const { signal, release } = abortWhenClosed(reply.raw)
      try {
        return { leads: await triage.redriveDeadLetters(auditSourceOfRequest(request), request.body, signal) }
      } finally {
        release()
      }
    },
  )
}

function toBody(letter: DeadLetter): z.infer<typeof deadLetterSchema> {
  return {
    lead_id: letter.leadId,
    generation: letter.generation,
    reason: letter.reason,
    error: letter.error,
    attempts: letter.attempts,
    first_failed_at: letter.firstFailedAt.toISOString(),
    last_failed_at: letter.lastFailedAt.toISOString(),
    retry_at: letter.retryAt?.toISOString() ?? null,
  }
}
