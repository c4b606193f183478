import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { leadSchema, toLeadBody } from '../../contract/lead-body.ts'
import { intentField, leadIdParams, leadIdsField, textField, timeField, uuidField } from '../../contract/rest-fields.ts'
import type { Lead } from '../../domain/lead.ts'
import { LEAD_LIMITS } from '../../domain/lead.ts'
import { Scope } from '../../lib/auth/scopes.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { invalidRequest } from '../../lib/errors/parse.ts'
import { auditSourceOfRequest } from '../../lib/server/audit-source.ts'
import { abortWhenClosed } from '../../lib/server/http/abort-when-closed.ts'
import type { FailLate, RestApp } from '../../lib/server/rest/handler.ts'
import type { ApiDescription } from '../../lib/server/rest/openapi/register-openapi.ts'
import { DETAILS } from '../../lib/server/rest/openapi/route-details.ts'
import { accessTags } from './access/rest.ts'
import { callerOf } from './caller.ts'
import { registerErasureRest } from './erasure/rest.ts'
import { keyViolation, parseIdempotencyKey } from './idempotency-key.ts'
import { registerImportRest } from './import/rest.ts'
import type { Intake } from './intake.ts'

export const intakeApi: ApiDescription = {
  title: 'leadtriage intake',
  description:
    'Stores sales leads, once per idempotency key, and queues them for triage. The insights service serves the ' +
    'results. This port serves the same operations over Connect, gRPC-Web and gRPC.',
  tags: [{ name: 'Leads', description: 'Store leads, read them, and triage them again.' }, ...accessTags],
}

/**
 * The invisible characters without U+0000, for JSON Schema patterns: many JSON Schema tools do not support Unicode
 * property escapes. A test compares them with what createLead rejects.
 */
const INVISIBLE =
  '\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890-\\u0891\\u08e2\\u115f-\\u1160' +
  '\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0' +
  '\\ufff0-\\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}'

/** Documents the body. createLead validates it, for every protocol, so that one response lists all violations. */
const leadBodySchema = z
  .strictObject({
    email: textField(LEAD_LIMITS.email).meta({ format: 'idn-email' }).nullish(),
    phone: textField(LEAD_LIMITS.phone).nullish(),
    name: textField(LEAD_LIMITS.name).nullish(),
    note: textField(LEAD_LIMITS.note)
      .min(1)
      .meta({
        description: "The sender's message, with at least one visible character.",
        pattern: `^[${INVISIBLE}]*[^\\u0000${INVISIBLE}][^\\u0000]*$`, // linear time: the pattern is unambiguous
      }),
    source: textField(LEAD_LIMITS.source).meta({ description: 'The origin of the lead.' }).nullish(),
  })
  .meta({
    id: 'NewLead',
    description: 'A lead to be stored. Lengths are in Unicode code points.',
    examples: [
      {
        email: 'buyer@example.com',
        phone: '+1 555 0100',
        name: 'Ada Lovelace',
        note: 'Need urgent pricing for 50 seats ASAP! Want to buy next week.',
        source: 'web',
      },
    ],
  })

const dryRun = z.boolean().optional().meta({ description: 'If true, counts the leads without queueing them.' })
const retriageBodySchema = z
  .union([
    z
      .strictObject({
        lead_ids: leadIdsField.meta({ description: 'IDs of leads. IDs that do not exist are not counted.' }),
        dry_run: dryRun,
      })
      .meta({ id: 'RetriageByIds', description: 'Selects leads by ID.' }),
    z
      .strictObject({
        analyzer: z
          .string()
          .optional()
          .meta({
            description: 'The analyzer that produced the insight, as name@version.',
            pattern: '^[\\x20-\\x7e]{1,200}$',
            examples: ['rules@1'],
          }),
        intents: z
          .array(intentField)
          .max(100)
          .optional()
          .meta({ description: 'The insight has one of these intents.' }),
        created_after: timeField.optional().meta({ description: 'The lead was created at or after this time.' }),
        created_before: timeField.optional().meta({ description: 'The lead was created before this time.' }),
        dry_run: dryRun,
      })
      .meta({
        id: 'RetriageByFilter',
        description: 'Selects leads that match every given field.',
        anyOf: [
          ...['analyzer', 'created_after', 'created_before'].map((field) => ({ required: [field] })),
          { required: ['intents'], properties: { intents: { type: 'array', minItems: 1 } } },
        ],
      }),
    z
      .strictObject({ all: z.literal(true), dry_run: dryRun })
      .meta({ id: 'RetriageAll', description: 'Selects all leads.' }),
  ])
  .meta({ id: 'RetriageSelection', examples: [{ analyzer: 'rules@1', dry_run: true }] })

const retriagedSchema = z
  .object({
    leads: z.int().min(0).meta({ description: 'Number of leads queued, or with `dry_run` the number selected.' }),
  })
  .meta({ id: 'Retriaged', examples: [{ leads: 120 }] })

export function registerIntakeRest(app: RestApp, intake: Intake, failLate: FailLate): void {
  // in its own scope, which reads bodies other than JSON
  app.register(async (scope) => registerImportRest(scope.withTypeProvider(), intake, failLate))
  registerErasureRest(app, intake)

  app.post(
    '/leads',
    {
      config: { scope: Scope.LeadsWrite },
      schema: {
        operationId: 'createLead',
        tags: ['Leads'],
        summary: 'Store a lead, once per idempotency key',
        description:
          'A request with the key and the lead of an earlier one returns the stored lead with 200; a request with ' +
          'the same key and a different lead is a conflict. If a request fails or its response is lost, retry it ' +
          'with the same key. `/leads/` is the same path.',
        headers: z.object({
          'idempotency-key': uuidField.meta({
            description: 'A UUID that the client chooses, the same for every attempt to store the lead.',
            examples: ['4f9c1d7e-2b6a-4c38-9e05-7d1a8c3b6f20'],
          }),
        }),
        body: leadBodySchema,
        response: {
          200: leadSchema.describe('An earlier request with the same key stored the lead.'),
          201: leadSchema.describe('The lead is stored.'),
        },
        [DETAILS]: {
          headers: { 200: ['Location', 'Idempotent-Replayed'], 201: ['Location'] },
          problems: [ErrorCode.IdempotencyConflict, ErrorCode.LeadErased],
        },
      },
      validatorCompiler: () => (value) => ({ value }), // see leadBodySchema
      serializerCompiler: () => JSON.stringify, // the types cover the response; validating it costs time on a hot path
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const input = { idempotency_key: parseIdempotencyKey(request.headers['idempotency-key']), lead: request.body }
      const { lead, replayed } = await intake.createLead(caller, input).catch((error: unknown) => {
        throw withRestPaths(error, request.headers)
      })
      reply.header('location', locationOf(request.url, lead))
      if (replayed) reply.header('idempotent-replayed', 'true')
      return reply.code(replayed ? 200 : 201).send(toLeadBody(lead))
    },
  )

  app.get(
    '/leads/:lead_id',
    {
      config: { scope: Scope.LeadsRead },
      schema: {
        operationId: 'getLead',
        tags: ['Leads'],
        summary: 'Get a lead',
        params: leadIdParams,
        response: { 200: leadSchema.describe('The lead.') },
        [DETAILS]: { problems: [ErrorCode.LeadNotFound] },
      },
    },
    async (request) => toLeadBody(await intake.getLead(request.params.lead_id)),
  )

  app.post(
    '/leads::retriage', // `::` is an escaped colon
    {
      config: { scope: Scope.TriageAdmin },
      schema: {
        operationId: 'retriageLeads',
        tags: ['Leads'],
        summary: 'Triage leads again',
        description:
          'Takes exactly one of `lead_ids`, a filter (`analyzer`, `intents`, `created_after`, `created_before`), or ' +
          '`all`. Queues the leads at a limited rate, so that new leads are not delayed. The old insight of a lead ' +
          'stays until the new one replaces it. Works in batches: if a call fails midway, the first batches are ' +
          'queued; retrying the call queues them again.',
        body: retriageBodySchema,
        response: { 200: retriagedSchema.describe('The leads are queued, or with `dry_run` counted.') },
      },
      validatorCompiler: () => (value) => ({ value }), // retriageLeads validates it, for every protocol
    },
    async (request, reply) => {
      const { signal, release } = abortWhenClosed(reply.raw)
      try {
        return { leads: await intake.retriageLeads(auditSourceOfRequest(request), request.body, signal) }
      } finally {
        release()
      }
    },
  )
}

/** Maps the paths of violations to where a REST client sends the fields. */
function withRestPaths(error: unknown, headers: IncomingHttpHeaders): unknown {
  if (!(error instanceof AppError) || error.violations.length === 0) return error
  return invalidRequest(
    error.violations.map(({ path, message }) =>
      path === 'idempotency_key' ? keyViolation(headers, message) : { path: path.replace(/^lead\.?/, ''), message },
    ),
  )
}

/** Relative to the URL that the client called, since a proxy may strip a prefix of it. */
function locationOf(url: string, { id }: Lead): string {
  return url.split('?')[0]?.endsWith('/') ? id : `leads/${id}`
}
