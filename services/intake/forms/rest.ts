import { z } from 'zod'
import { textField, uuidField } from '../../../contract/rest-fields.ts'
import { LEAD_LIMITS } from '../../../domain/lead.ts'
import type { KeyVerifier } from '../../../lib/auth/key-verifier.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import { prefersJson } from '../../../lib/server/http/accept.ts'
import type { IsAllowedOrigin } from '../../../lib/server/http/cors.ts'
import type { FormFields } from '../../../lib/server/rest/form-body.ts'
import { readFormBodies } from '../../../lib/server/rest/form-body.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { sendPage } from '../../../lib/server/rest/page.ts'
import { callerOf } from '../caller.ts'
import { assertKnownPage, authenticateForm } from './form-access.ts'
import { problemPage, THANK_YOU } from './pages.ts'
import type { FormDependencies } from './submit-form.ts'
import { submitForm } from './submit-form.ts'

/** Below the path of forms, and relative, because a gateway may put another path in front. */
const THANK_YOU_PATH = 'thank-you'
const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data']

const formSchema = z
  .object({
    email: textField(LEAD_LIMITS.email).meta({ format: 'idn-email' }).optional(),
    phone: textField(LEAD_LIMITS.phone).optional(),
    name: textField(LEAD_LIMITS.name).optional(),
    note: textField(LEAD_LIMITS.note).optional().meta({ description: '`message` is another name of it.' }),
    source: textField(LEAD_LIMITS.source).optional(),
    idempotency_key: uuidField.optional().meta({
      description: 'A UUID for this lead. Without it the same form counts once within ten minutes.',
    }),
    _redirect: z.string().optional().meta({
      description: 'Where to send the browser afterwards: a URL of the site that the form is on.',
      format: 'uri-reference',
    }),
    _honeypot: z.string().optional().meta({
      description: 'Hidden from people. If it is filled in, nothing is stored. `_gotcha` is another name of it.',
    }),
  })
  .catchall(z.string())
  .meta({
    id: 'Form',
    description:
      'The fields of an HTML form. `_map[telefon]` with the value `phone` gives the field `telefon` that meaning. ' +
      'Other fields are appended to the note, one line each. Empty fields count as absent.',
    examples: [{ name: 'Ada Lovelace', email: 'ada@example.com', message: 'A quote for 20 seats, please.' }],
  })
const submittedSchema = z
  .object({ id: uuidField.meta({ description: 'ID of the lead.' }) })
  .meta({ id: 'SubmittedForm', examples: [{ id: '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11' }] })
const response = {
  200: submittedSchema.describe('The same form, or the same key, stored the lead before. Only as JSON.'),
  201: submittedSchema.describe('The lead is stored. Only as JSON.'),
  303: z.null().describe('The lead is stored. `Location` is `_redirect` of the form, or a page that thanks.'),
}

const routeSchema = {
  operationId: 'submitForm',
  tags: ['Leads'],
  summary: 'Store a lead from an HTML form',
  description:
    'For the `action` of a form. The publishable key in the path is the credential; the browser must state an origin of ' +
    'that key. A client that prefers `application/json` by `Accept` gets JSON and problem details. Others, such as a ' +
    'browser that sends the form, are redirected, or get a page that says what to correct.',
  consumes: FORM_TYPES,
  params: z.object({
    publishable_key: z.string().meta({
      description: 'A publishable key.',
      examples: [`lt_pk_${'0123456789abcdef'.repeat(3)}_01234567`],
    }),
  }),
  body: formSchema,
  response,
  [DETAILS]: {
    headers: { 200: ['Idempotent-Replayed'] as const, 303: ['Location'] as const },
    problems: [ErrorCode.IdempotencyConflict, ErrorCode.LeadErased],
  },
}

interface FormParts extends FormDependencies {
  /** Undefined when authentication is off. */
  readonly keys: KeyVerifier | undefined
  readonly isAllowedOrigin: IsAllowedOrigin | undefined
}

/** Registers `POST /forms/{publishable_key}`, and the page that follows. `app` must be a scope of its own, which reads no JSON. */
export function registerFormsRest(app: RestApp, { keys, isAllowedOrigin, ...forms }: FormParts): void {
  readFormBodies(app)
  app.post(
    '/forms/:publishable_key',
    {
      config: {
        scope: Scope.LeadsWrite,
        authenticate: authenticateForm(keys),
        problemPage: (problem, { headers }) => (prefersJson(headers.accept) ? undefined : problemPage(problem)),
      },
      schema: routeSchema,
      validatorCompiler: () => (value) => ({ value }), // submitForm validates it
      serializerCompiler: () => JSON.stringify,
    },
    async (request, reply) => {
      const { headers, principal, body } = request
      if (keys === undefined) assertKnownPage(headers, isAllowedOrigin)
      const fields = (body ?? []) as unknown as FormFields // of readFormBodies; null without a body
      const { origin } = headers
      const { leadId, replayed, redirect } = await submitForm(forms, callerOf(request), {
        actor: principal.actor,
        origin,
        fields,
      })
      // a redirect, so that Back and Reload do not send the form again
      if (!prefersJson(headers.accept)) return reply.redirect(redirect ?? THANK_YOU_PATH, 303)
      if (replayed) reply.header('idempotent-replayed', 'true')
      return reply.code(replayed ? 200 : 201).send({ id: leadId })
    },
  )
  app.get(`/forms/${THANK_YOU_PATH}`, { config: { scope: 'public' }, schema: { hide: true } }, (_request, reply) =>
    sendPage(reply, THANK_YOU),
  )
}
