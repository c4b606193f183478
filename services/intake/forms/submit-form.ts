import { v7 as uuidv7 } from 'uuid'
import { newLeadSchema } from '../../../domain/lead.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { invalidRequest, parseRequest } from '../../../lib/errors/parse.ts'
import type { FormFields } from '../../../lib/server/rest/form-body.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'
import type { Caller } from '../caller.ts'
import type { Intake } from '../intake.ts'
import { deriveKeys } from './derive-keys.ts'
import type { FindStoredKey } from './find-stored-key.ts'
import type { ParsedForm } from './parse-form.ts'
import { parseForm } from './parse-form.ts'

export interface FormDependencies {
  readonly createLead: Intake['createLead']
  readonly findStoredKey: FindStoredKey
  /** Called for a form that a program filled in. */
  readonly onTrapped: () => void
}

export function countTrappedForms(metrics: Metrics): () => void {
  const trapped = metrics.counter({
    name: 'leadtriage_trapped_forms_total',
    help: 'Forms that were not stored because a field that people do not see was filled in.',
  })
  return () => trapped.inc()
}

export interface FormRequest {
  /** Identifies the publishable key. */
  readonly actor: string
  /** The origin of the page; undefined if a program without authentication calls. */
  readonly origin: string | undefined
  readonly fields: FormFields
}

export interface SubmittedForm {
  readonly leadId: string
  readonly replayed: boolean
  /** A URL of the page's own origin. */
  readonly redirect: string | undefined
}

/**
 * Stores the lead of an HTML form. A form with a filled trap field has the same outcome, and nothing is stored.
 *
 * @throws AppError `invalid_request` with the form's own names of fields, and what `createLead` throws
 */
export async function submitForm(
  { createLead, findStoredKey, onTrapped }: FormDependencies,
  caller: Caller,
  { actor, origin, fields }: FormRequest,
): Promise<SubmittedForm> {
  const form = parseForm(fields)
  const redirect = form.redirect === undefined ? undefined : redirectOf(form.redirect, origin)
  if (form.isTrapped) {
    onTrapped()
    return { leadId: uuidv7(), replayed: false, redirect }
  }
  try {
    const key = form.idempotencyKey ?? (await derivedKey(form))
    const { lead, replayed } = await createLead(caller, { idempotency_key: key, lead: form.lead })
    return { leadId: lead.id, replayed, redirect }
  } catch (error) {
    throw withFormNames(error, form.names)
  }

  async function derivedKey({ lead }: ParsedForm): Promise<string> {
    const keys = deriveKeys(actor, parseRequest(newLeadSchema, lead), Date.now())
    return (await findStoredKey(caller.clientId, keys)) ?? keys[0]
  }
}

/** Only to the site that the form is on, or anybody could use the service to disguise a link. */
function redirectOf(target: string, origin: string | undefined): string {
  if (origin !== undefined && URL.canParse(target, origin)) {
    const url = new URL(target, origin)
    if (url.origin === origin) return url.href
  }
  throw invalidRequest([{ path: '_redirect', message: 'must be a URL of the site that the form is on' }])
}

function withFormNames(error: unknown, names: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof AppError) || error.code !== ErrorCode.InvalidRequest) return error
  return invalidRequest(
    error.violations.map(({ path, message }) => {
      const field = path.replace(/^lead\./, '')
      return { path: names.get(field) ?? field, message }
    }),
  )
}
