import { z } from 'zod'
import { leadIdParams, textField } from '../../../contract/rest-fields.ts'
import { LEAD_LIMITS } from '../../../domain/lead.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import { auditSourceOfRequest } from '../../../lib/server/audit-source.ts'
import { abortWhenClosed } from '../../../lib/server/http/abort-when-closed.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import type { Intake } from '../intake.ts'

/** Documents the body. eraseSubject validates it, for every protocol. */
const dryRun = z.boolean().optional().meta({ description: 'If true, counts the leads without erasing them.' })
const eraseSubjectBodySchema = z
  .union([
    z
      .strictObject({
        email: textField(LEAD_LIMITS.email)
          .min(1)
          .meta({ description: 'Compared after Unicode normalization (NFKC) and without regard to case.' }),
        dry_run: dryRun,
      })
      .meta({ id: 'EraseByEmail', description: 'Selects leads by email address.' }),
    z
      .strictObject({
        phone: textField(LEAD_LIMITS.phone).min(1).meta({
          description:
            'Compared by its digits without leading zeros: `+49 30 1234` equals `0049-30-1234`, but not `030 1234`.',
        }),
        dry_run: dryRun,
      })
      .meta({ id: 'EraseByPhone', description: 'Selects leads by phone number.' }),
  ])
  .meta({ id: 'EraseSubject', examples: [{ email: 'buyer@example.com', dry_run: true }] })

const erasedSchema = z
  .object({
    leads: z.int().min(0).meta({ description: 'Number of leads erased, or with `dry_run` the number selected.' }),
  })
  .meta({ id: 'Erased', examples: [{ leads: 2 }] })

/** The REST routes that erase leads. */
export function registerErasureRest(app: RestApp, intake: Pick<Intake, 'deleteLead' | 'eraseSubject'>): void {
  app.delete(
    '/leads/:lead_id',
    {
      config: { scope: Scope.TriageAdmin },
      schema: {
        operationId: 'deleteLead',
        tags: ['Leads'],
        summary: 'Erase a lead',
        description:
          'Irreversible. With the response the lead is deleted and its idempotency key is blocked, so that a retry ' +
          'cannot store it again. Its insight, dead letter and messages follow within seconds, also if a server fails ' +
          'meanwhile. Erasing a lead again has the same response.',
        params: leadIdParams,
        response: { 204: z.null().describe('The lead is erased.') },
        [DETAILS]: { problems: [ErrorCode.LeadNotFound] },
      },
    },
    async (request, reply) => {
      await intake.deleteLead(auditSourceOfRequest(request), request.params.lead_id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/leads::erase-subject', // `::` is an escaped colon
    {
      config: { scope: Scope.TriageAdmin },
      schema: {
        operationId: 'eraseSubject',
        tags: ['Leads'],
        summary: 'Erase all leads of a person',
        description:
          'Irreversible. Takes exactly one of `email` and `phone`, and erases every lead that has it, as `deleteLead` ' +
          'does. Does not search notes. Works in batches: if a call fails midway, the first leads are erased; retrying ' +
          'the call erases the others.',
        body: eraseSubjectBodySchema,
        response: { 200: erasedSchema.describe('The leads are erased, or with `dry_run` counted.') },
      },
      validatorCompiler: () => (value) => ({ value }), // eraseSubject validates it, for every protocol
    },
    async (request, reply) => {
      const { signal, release } = abortWhenClosed(reply.raw)
      try {
        return { leads: await intake.eraseSubject(auditSourceOfRequest(request), request.body, signal) }
      } finally {
        release()
      }
    },
  )
}
