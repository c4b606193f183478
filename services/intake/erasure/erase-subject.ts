import { z } from 'zod'
import { LEAD_LIMITS } from '../../../domain/lead.ts'
import type { AuditSource } from '../../../lib/auth/audit-event.ts'
import { AuditAction } from '../../../lib/auth/audit-event.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { invalidRequest, parseRequest } from '../../../lib/errors/parse.ts'
import { bodyObject } from '../../../lib/errors/request-schema.ts'
import type { LeadPosition } from '../retriage-store.ts'
import type { ErasureStore, Subject } from './erasure-store.ts'

const requestSchema = bodyObject({
  email: contactField(LEAD_LIMITS.email),
  phone: contactField(LEAD_LIMITS.phone).refine((phone) => phone === undefined || hasDigit(phone), {
    error: 'must have a digit other than 0',
  }),
  dry_run: z.boolean({ error: 'must be true or false' }).default(false),
})

/** Empty counts as not given, as in protobuf. */
function contactField(maxLength: number) {
  return z
    .string({ error: 'must be a string' })
    .max(maxLength, { error: `must be at most ${maxLength} characters` })
    .refine((text) => !text.includes('\u0000') && text.isWellFormed(), { error: 'must be valid text' })
    .optional()
    .transform((text) => text?.trim() || undefined)
}

/** Whether digits remain after `subject_phone` of db/migrations/013, which also knows Arabic-Indic digits. */
function hasDigit(phone: string): boolean {
  return /[1-9\u0661-\u0669\u06f1-\u06f9]/.test(phone.normalize('NFKC'))
}

/**
 * Erases all leads of a person, by email address or phone number, as `deleteLead` does. {@link Subject} says what
 * matches. Includes every lead committed before the call. Works in batches: if a call fails or is cancelled midway, the
 * first leads are erased; retrying the call erases the others.
 *
 * @param input email or phone, and dry_run; not validated yet
 * @returns the number of leads erased, or with dry_run selected
 * @throws AppError `invalid_request`, also when the input has neither or both; `unavailable`; `cancelled`
 */
export async function eraseSubject(
  erasures: ErasureStore,
  source: AuditSource,
  input: unknown,
  signal: AbortSignal,
): Promise<number> {
  const { email, phone, dry_run: isDryRun } = parseRequest(requestSchema, input)
  const subject = toSubject(email, phone)
  const act = { source, action: AuditAction.SubjectsErase, target: 'leads', details: { selected_by: subject.by } }
  let count = 0
  for (let after: LeadPosition | undefined; ; ) {
    if (signal.aborted) throw new AppError(ErrorCode.Cancelled, `Cancelled after ${count} leads.`)
    const found = await erasures.find(subject, after)
    if (isDryRun) count += found.leadIds.length
    else if (found.leadIds.length > 0) {
      count += await erasures.erase(found.leadIds, act)
    }
    if (found.last === undefined) return count
    after = found.last
  }
}

function toSubject(email: string | undefined, phone: string | undefined): Subject {
  if (email !== undefined && phone === undefined) return { by: 'email', value: email }
  if (phone !== undefined && email === undefined) return { by: 'phone', value: phone }
  throw invalidRequest([{ path: '', message: 'must have exactly one of email and phone' }])
}
