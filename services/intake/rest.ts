import { z } from 'zod'
import type { Lead } from '../../domain/lead.ts'
import { LEAD_LIMITS } from '../../domain/lead.ts'
import { Intent } from '../../domain/vocabulary.ts'
import { AppError } from '../../lib/errors/app-error.ts'
import { invalidRequest } from '../../lib/errors/parse.ts'
import { abortWhenClosed } from '../../lib/server/abort-when-closed.ts'
import { problemSchema } from '../../lib/server/problem.ts'
import type { FailLate, RestApp } from '../../lib/server/rest-door.ts'
import { callerOf } from './caller.ts'
import { registerImportRest } from './import/rest.ts'
import type { Intake } from './intake.ts'

/** Describes the body; it is checked by createLead, as on every door, so that all faults are named in one answer. */
const leadBodySchema = z.object({
  email: z.string().max(LEAD_LIMITS.email).nullish().meta({ format: 'email' }),
  phone: z.string().max(LEAD_LIMITS.phone).nullish(),
  name: z.string().max(LEAD_LIMITS.name).nullish(),
  note: z.string().min(1).max(LEAD_LIMITS.note),
  source: z.string().max(LEAD_LIMITS.source).nullish(),
})

const retriageBodySchema = z.object({
  lead_ids: z
    .array(z.string().meta({ format: 'uuid' }))
    .optional()
    .meta({ description: 'At most 1,000; an id of no lead is not counted.' }),
  analyzer: z.string().optional().meta({ description: 'The one that made the insight, as name@version.' }),
  intents: z.array(z.enum(Intent)).optional().meta({ description: 'The insight has one of these.' }),
  created_after: z.string().optional().meta({ format: 'date-time', description: 'Created then or later.' }),
  created_before: z.string().optional().meta({ format: 'date-time', description: 'Created earlier.' }),
  all: z.boolean().optional().meta({ description: 'Every lead.' }),
  dry_run: z.boolean().optional().meta({ description: 'Counts and changes nothing.' }),
})

const leadSchema = z.object({
  id: z.string().meta({ format: 'uuid' }),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  name: z.string().nullable(),
  note: z.string(),
  source: z.string().nullable(),
  created_at: z.string().meta({ format: 'date-time' }),
})

/** Intake's REST routes in terms of {@link Intake}. */
export function registerIntakeRest(app: RestApp, intake: Intake, failLate: FailLate): void {
  // a scope of its own: bodies that are no JSON are read there
  app.register(async (scope) => registerImportRest(scope.withTypeProvider(), intake, failLate))

  app.post(
    '/leads',
    {
      schema: {
        summary: 'Store a lead, once for each idempotency key',
        headers: z.object({ 'idempotency-key': z.string().meta({ format: 'uuid' }) }),
        body: leadBodySchema,
        response: {
          200: leadSchema.describe('The same request had stored it before.'),
          201: leadSchema.describe('Stored.'),
          409: problemSchema.describe('The key was used with another lead.'),
          413: problemSchema.describe('The body is larger than any lead.'),
          415: problemSchema.describe('The body does not say that it is JSON.'),
          422: problemSchema.describe('The request is not valid.'),
          503: problemSchema.describe('Stored or not: try again with the same key after Retry-After.'),
        },
      },
      validatorCompiler: () => (value) => ({ value }), // see leadBodySchema
      serializerCompiler: () => JSON.stringify, // the compiler has checked what is sent: once is enough on the busiest route
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const input = { idempotency_key: request.headers['idempotency-key'], lead: request.body }
      const { lead, replayed } = await intake.createLead(caller, input).catch((error: unknown) => {
        throw withRestPaths(error)
      })
      reply.header('location', `/leads/${lead.id}`)
      if (replayed) reply.header('idempotent-replayed', 'true')
      return reply.code(replayed ? 200 : 201).send(toBody(lead))
    },
  )

  app.get(
    '/leads/:lead_id',
    {
      schema: {
        summary: 'Get a lead',
        params: z.object({ lead_id: z.string() }),
        response: { 200: leadSchema, 404: problemSchema, 422: problemSchema, 503: problemSchema },
      },
    },
    async (request) => toBody(await intake.getLead(request.params.lead_id)),
  )

  app.post(
    '/leads::retriage', // the router's way to write one colon
    {
      schema: {
        summary: 'Have leads triaged anew',
        description:
          'Takes exactly one of `lead_ids`, a filter (`analyzer`, `intents`, `created_after`, `created_before`; all that ' +
          'are given must hold) and `all`. The leads wait for their turn, so that new ones keep their place; the insights ' +
          'stay until new ones replace them. Works in parts: a call that fails half way has retriaged the first parts ' +
          'only; it can be repeated, and then retriages those again.',
        body: retriageBodySchema,
        response: {
          200: z.object({ leads: z.int().meta({ description: 'How many will be triaged anew, or would be.' }) }),
          422: problemSchema.describe('Not valid, or it does not say which leads are meant.'),
          503: problemSchema,
        },
      },
      validatorCompiler: () => (value) => ({ value }), // retriageLeads checks it, as on every door
    },
    async ({ body }, reply) => {
      const { signal, release } = abortWhenClosed(reply.raw)
      try {
        return { leads: await intake.retriageLeads(body, signal) }
      } finally {
        release()
      }
    },
  )
}

/** The same faults at the places where a REST client put the fields. */
function withRestPaths(error: unknown): unknown {
  if (!(error instanceof AppError) || error.violations.length === 0) return error
  const toRestPath = (path: string) => (path === 'idempotency_key' ? 'Idempotency-Key' : path.replace(/^lead\.?/, ''))
  return invalidRequest(error.violations.map(({ path, message }) => ({ path: toRestPath(path), message })))
}

function toBody({ id, email, phone, name, note, source, createdAt }: Lead): z.infer<typeof leadSchema> {
  return { id, email, phone, name, note, source, created_at: createdAt.toISOString() }
}
