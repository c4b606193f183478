import { z } from 'zod'
import { abortWhenClosed } from '../../lib/server/abort-when-closed.ts'
import { problemSchema } from '../../lib/server/problem.ts'
import type { RestApp } from '../../lib/server/rest-door.ts'
import type { DeadLetter } from './dead-letter.ts'
import { DeadLetterReason, DeadLetterState } from './dead-letter.ts'
import type { Triage } from './triage.ts'

const queueSchema = z.object({
  pending: z.int().meta({ description: 'Leads that no worker has taken yet.' }),
  in_flight: z.int().meta({ description: 'Leads that a worker has taken and not finished.' }),
  dead_letters: z.int().meta({ description: 'Leads that triage gave up on.' }),
  parked: z.int().meta({
    description: 'Leads that wait outside the queue for their next try: triage parked them, or somebody redrove them.',
  }),
  oldest_age_seconds: z
    .number()
    .nullable()
    .meta({ description: 'How long the oldest unfinished lead has been in the queue; null when it is empty.' }),
})

const time = z.string().meta({ format: 'date-time' })
const deadLetterSchema = z.object({
  lead_id: z.string().meta({ format: 'uuid' }),
  generation: z.int().meta({ description: "The lead's generation that failed." }),
  reason: z.enum(DeadLetterReason),
  error: z.string().meta({ description: 'What the last try ended with, for people.' }),
  attempts: z.int().meta({ description: 'How often triage tried it; 0 again after a redrive.' }),
  first_failed_at: time,
  last_failed_at: time,
  retry_at: time.nullable().meta({ description: 'When the lead is tried again; null when it is dead.' }),
})

/** The fields of a request, described; the use cases check them, as on every door, so that all faults are named. */
const filterShape = {
  reason: z.enum(DeadLetterReason).optional(),
  state: z
    .enum(DeadLetterState)
    .optional()
    .meta({ description: 'dead (the default): tried again only when redriven; parked: tried again at retry_at.' }),
  failed_after: time.optional().meta({ description: 'The last failure was then or later.' }),
  failed_before: time.optional().meta({ description: 'The last failure was earlier.' }),
}
const checkedByUseCase = { validatorCompiler: () => (value: unknown) => ({ value }) }

/** Triage's REST routes in terms of {@link Triage}. */
export function registerTriageRest(app: RestApp, triage: Triage): void {
  app.get(
    '/queue',
    { schema: { summary: 'Get the state of the queue', response: { 200: queueSchema, 503: problemSchema } } },
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
        summary: 'List dead letters, the newest failure first',
        querystring: z.object({
          ...filterShape,
          page_size: z.string().optional().meta({ description: '50 unless given, 500 at the most.', example: '50' }),
          page_token: z.string().optional().meta({ description: 'The next_page_token of the page before.' }),
        }),
        response: {
          200: z.object({
            dead_letters: z.array(deadLetterSchema),
            next_page_token: z.string().nullable().meta({ description: 'null when there are no more.' }),
          }),
          422: problemSchema,
          503: problemSchema,
        },
      },
      ...checkedByUseCase,
    },
    async ({ query }) => {
      const { page_size: pageSize } = query
      const input = { ...query, page_size: pageSize === undefined ? undefined : Number(pageSize) }
      const { deadLetters, nextPageToken } = await triage.listDeadLetters(input)
      return { dead_letters: deadLetters.map(toBody), next_page_token: nextPageToken ?? null }
    },
  )

  app.get(
    '/dead-letters/:lead_id',
    {
      schema: {
        summary: 'Get the dead letter of a lead',
        params: z.object({ lead_id: z.string() }),
        response: { 200: deadLetterSchema, 404: problemSchema, 422: problemSchema, 503: problemSchema },
      },
    },
    async (request) => toBody(await triage.getDeadLetter(request.params.lead_id)),
  )

  app.post(
    '/dead-letters::redrive', // the router's way to write one colon
    {
      schema: {
        summary: 'Have leads triaged again that triage gave up or parked',
        description:
          'Takes exactly one of `lead_ids`, a filter (`reason`, `failed_after`, `failed_before`) and `all`. ' +
          'Works in parts: a call that fails half way has redriven the first parts, and repeating it does no harm.',
        body: z.object({
          lead_ids: z
            .array(z.string().meta({ format: 'uuid' }))
            .optional()
            .meta({ description: 'At most 1,000, in any state.' }),
          ...filterShape,
          all: z.boolean().optional().meta({ description: 'Every letter of the state.' }),
          dry_run: z.boolean().optional().meta({ description: 'Counts and changes nothing.' }),
        }),
        response: {
          200: z.object({ leads: z.int().meta({ description: 'How many were redriven, or would be.' }) }),
          422: problemSchema.describe('Not valid, or it does not say which letters are meant.'),
          503: problemSchema,
        },
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
