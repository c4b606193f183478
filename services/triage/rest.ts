import { z } from 'zod'
import { EXAMPLE_LEAD_ID, leadIdParams, leadIdsField, timeField, uuidField } from '../../contract/rest-fields.ts'
import { ErrorCode } from '../../lib/errors/app-error.ts'
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
    'Shows what waits for triage and what it failed for, and has dead letters triaged again. The same operations are ' +
    'served over Connect, gRPC-Web and gRPC on this port.',
  tags: [
    { name: 'Queue', description: 'What waits for triage.' },
    { name: 'Dead letters', description: 'The leads that triage failed for.' },
  ],
}

const count = z.int().min(0)
const queueSchema = z
  .object({
    pending: count.meta({ description: 'Leads that no worker has taken yet.' }),
    in_flight: count.meta({ description: 'Leads that a worker has taken and not finished.' }),
    dead_letters: count.meta({ description: 'Leads that triage failed for.' }),
    parked: count.meta({ description: 'Leads that wait outside the queue for a retry, parked by triage or redriven.' }),
    oldest_age_seconds: z
      .number()
      .nullable()
      .meta({ description: 'How long the oldest unfinished lead has been in the queue; null when it is empty.' }),
  })
  .meta({
    id: 'Queue',
    description: 'The state of the queue.',
    examples: [{ pending: 12, in_flight: 8, dead_letters: 1, parked: 0, oldest_age_seconds: 0.4 }],
  })

const reasonField = z
  .enum(DeadLetterReason)
  .meta({ id: 'DeadLetterReason', description: 'Why the lead is not triaged.' })
const letterExample = {
  lead_id: EXAMPLE_LEAD_ID,
  generation: 1,
  reason: 'failed',
  error: 'the model answered with 400',
  attempts: 5,
  first_failed_at: '2026-01-31T12:00:00.000Z',
  last_failed_at: '2026-01-31T12:04:00.000Z',
  retry_at: null,
}
const deadLetterSchema = z
  .object({
    lead_id: uuidField,
    generation: z.int().min(1).meta({ description: "The lead's generation that failed." }),
    reason: reasonField,
    error: z.string().meta({ description: 'What the last attempt ended with, for people.' }),
    attempts: count.meta({ description: 'How often triage tried it; 0 again after a redrive.' }),
    first_failed_at: timeField,
    last_failed_at: timeField,
    retry_at: timeField.nullable().meta({ description: 'When the lead is retried; null when it is dead.' }),
  })
  .meta({ id: 'DeadLetter', description: 'A lead that triage failed for.', examples: [letterExample] })
const pageSchema = z
  .object({
    dead_letters: z.array(deadLetterSchema),
    next_page_token: z.string().nullable().meta({ description: 'null on the last page.' }),
  })
  .meta({ id: 'DeadLetterPage', examples: [{ dead_letters: [letterExample], next_page_token: null }] })

/** The fields of a request, described; the use cases check them, over every protocol, so that all faults are named. */
const stateField = z
  .enum(DeadLetterState)
  .optional()
  .meta({ description: 'dead (the default): retried only when redriven; parked: retried at retry_at.' })
const filterShape = {
  reason: reasonField.optional(),
  failed_after: timeField.optional().meta({ description: 'The last failure was then or later.' }),
  failed_before: timeField.optional().meta({ description: 'The last failure was earlier.' }),
}
const dryRun = z.boolean().optional().meta({ description: 'Counts the letters and changes nothing.' })
const redriveBodySchema = z
  .union([
    z
      .strictObject({
        lead_ids: leadIdsField.meta({ description: 'In any state; an id without a letter is not counted.' }),
        dry_run: dryRun,
      })
      .meta({ id: 'RedriveByIds', description: 'The dead letters of these leads.' }),
    z.strictObject({ ...filterShape, state: stateField, dry_run: dryRun }).meta({
      id: 'RedriveByFilter',
      description: 'The dead letters for which everything given holds.',
      anyOf: Object.keys(filterShape).map((field) => ({ required: [field] })),
    }),
    z
      .strictObject({ all: z.literal(true), state: stateField, dry_run: dryRun })
      .meta({ id: 'RedriveAll', description: 'Every dead letter of the state.' }),
  ])
  .meta({ id: 'RedriveSelection', examples: [{ reason: 'failed', dry_run: true }] })
const redrivenSchema = z
  .object({ leads: count.meta({ description: 'How many leads were redriven, or would be.' }) })
  .meta({ id: 'Redriven', examples: [{ leads: 3 }] })

const checkedByUseCase = { validatorCompiler: () => (value: unknown) => ({ value }) }

/** Triage's REST routes in terms of {@link Triage}. */
export function registerTriageRest(app: RestApp, triage: Triage): void {
  app.get(
    '/queue',
    {
      schema: {
        operationId: 'getQueue',
        tags: ['Queue'],
        summary: 'Get the state of the queue',
        response: { 200: queueSchema.describe('The state of the queue.') },
      },
    },
    async () => {
      const { pending, inFlight, deadLetters, parked, oldestAgeMs } = await triage.getQueue()
      return {
        pending,
        in_flight: inFlight,
        dead_letters: deadLetters,
        parked,
        oldest_age_seconds: oldestAgeMs === undefined ? null : oldestAgeMs / 1000,
      }
    },
  )

  app.get(
    '/dead-letters',
    {
      schema: {
        operationId: 'listDeadLetters',
        tags: ['Dead letters'],
        summary: 'List dead letters, the newest failure first',
        querystring: z.object({
          ...filterShape,
          state: stateField,
          page_size: z
            .int()
            .min(0)
            .optional()
            .meta({ description: '50 by default and for 0; more than 500 means 500.', examples: [50] }),
          page_token: z.string().optional().meta({ description: 'The next_page_token of the page before.' }),
        }),
        response: { 200: pageSchema.describe('A page of the list.') },
      },
      ...checkedByUseCase,
    },
    async ({ query }) => {
      const pageSize: unknown = query.page_size // text: see checkedByUseCase
      const input = { ...query, page_size: pageSize === undefined ? undefined : Number(pageSize) }
      const { deadLetters, nextPageToken } = await triage.listDeadLetters(input)
      return { dead_letters: deadLetters.map(toBody), next_page_token: nextPageToken ?? null }
    },
  )

  app.get(
    '/dead-letters/:lead_id',
    {
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
    '/dead-letters::redrive', // the router's way to write one colon
    {
      schema: {
        operationId: 'redriveDeadLetters',
        tags: ['Dead letters'],
        summary: 'Retry dead letters',
        description:
          'Takes exactly one of `lead_ids`, a filter (`reason`, `failed_after`, `failed_before`) and `all`. ' +
          'Works in parts: a call that fails half way has redriven the first parts, and a retry does no harm.',
        body: redriveBodySchema,
        response: { 200: redrivenSchema.describe('The letters are redriven, or with `dry_run` counted.') },
      },
      ...checkedByUseCase,
    },
    async ({ body }, reply) => {
      const { signal, release } = abortWhenClosed(reply.raw)
      try {
        return { leads: await triage.redriveDeadLetters(body, signal) }
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
