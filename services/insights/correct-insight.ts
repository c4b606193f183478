import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Correction, VerdictChange } from '../../domain/correction.ts'
import { completeVerdict, correctionHash, MAX_COMMENT_LENGTH } from '../../domain/correction.ts'
import type { Insight } from '../../domain/insight.ts'
import { storableText } from '../../domain/text.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { Intent, NextAction, Priority } from '../../domain/vocabulary.ts'
import type { Principal } from '../../lib/auth/principal.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { invalidRequest, violationsOf } from '../../lib/errors/parse.ts'
import { bodyObject, oneOf } from '../../lib/errors/request-schema.ts'
import type { CorrectionEvents } from './corrections/correction-events.ts'
import type { CorrectionStore } from './corrections/correction-store.ts'
import { assertTriaged, leadNotFound } from './insight-errors.ts'
import type { LookUp } from './insight-reader.ts'
import { mayReadPersonalData } from './leads/lead-insight.ts'

export interface CorrectInsightDependencies {
  /** Looks a lead up in the next batched query. */
  readonly lookUp: (leadId: string) => Promise<LookUp>
  readonly corrections: CorrectionStore
  readonly events: Pick<CorrectionEvents, 'publish'>
}

export interface CorrectedInsight {
  readonly correction: Correction
  /** As it is now. */
  readonly insight: Insight
  /** True when an earlier request with the same request id stored the correction. */
  readonly replayed: boolean
}

/**
 * How often a correction is tried again because another one changed at the same time what it is based on. Each failure
 * is another's success.
 */
const MAX_ATTEMPTS = 20

const changeSchema = bodyObject({
  intent: oneOf(Intent).nullish(),
  priority: oneOf(Priority).nullish(),
  next_action: oneOf(NextAction).nullish(),
  spam: z.boolean({ error: 'must be true or false' }).nullish(),
  comment: storableText(MAX_COMMENT_LENGTH).nullish(),
  request_id: uuidSchema.nullish(),
}).superRefine(({ intent, priority, next_action, spam }, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  const others = [intent, priority, next_action].filter((part) => part != null)
  if (spam == null && others.length === 0) {
    refuse([], 'it must have at least one of intent, priority, next_action and spam; a comment corrects nothing')
  } else if (spam === true && others.length > 0) {
    refuse(['spam'], 'must not be true together with intent, priority or next_action, which it determines')
  } else if (spam === false && intent === Intent.Spam) {
    refuse(['spam'], 'must not be false together with the intent spam')
  } else if (intent === Intent.Spam && next_action != null && next_action !== NextAction.Ignore) {
    refuse(['next_action'], 'must be ignore, or left out, with the intent spam')
  }
})
const requestSchema = z.object({ lead_id: uuidSchema, change: changeSchema })

/**
 * Stores a person's verdict on the insight of a lead, and publishes it. The latest correction counts, whatever an
 * analyzer determines afterwards. Docs: docs/decisions/035-corrections.md.
 *
 * @param leadId not validated yet
 * @param input intent, priority, next_action, spam, comment, request_id; not validated yet
 * @returns without the comment if the caller may not read personal data
 * @throws AppError `invalid_request`; `lead_not_found`, `insight_pending` and `insight_failed` when there is no insight
 *   to correct; `idempotency_conflict` when the request id was used for another correction; `overloaded`;
 *   `unavailable`
 */
export async function correctInsight(
  parts: CorrectInsightDependencies,
  caller: { readonly principal: Principal; readonly traceparent: string },
  leadId: unknown,
  input: unknown,
): Promise<CorrectedInsight> {
  const { principal, traceparent } = caller
  const request = parse(leadId, input)
  const outcome = await store(parts, principal, request)
  if (!outcome.replayed) parts.events.publish(outcome.correction, traceparent)
  const insight = assertTriaged(request.leadId, await parts.lookUp(request.leadId))
  const comment = mayReadPersonalData(principal) ? outcome.correction.comment : null
  return { ...outcome, correction: { ...outcome.correction, comment }, insight }
}

interface CorrectionRequest {
  readonly leadId: string
  readonly change: VerdictChange
  readonly comment: string | null
  readonly request: { readonly id: string; readonly hash: string } | null
}

function parse(leadId: unknown, input: unknown): CorrectionRequest {
  const result = requestSchema.safeParse({ lead_id: leadId, change: input })
  if (!result.success) {
    const violations = violationsOf(result.error)
    throw invalidRequest(violations.map(({ path, message }) => ({ path: path.replace(/^change\.?/, ''), message })))
  }
  const { intent, priority, next_action: nextAction, spam, comment, request_id: requestId } = result.data.change
  const change = {
    intent: intent ?? undefined,
    priority: priority ?? undefined,
    nextAction: nextAction ?? undefined,
    spam: spam ?? undefined,
  }
  const id = result.data.lead_id
  const text = comment || null
  const request = requestId == null ? null : { id: requestId, hash: correctionHash(id, change, text) }
  return { leadId: id, change, comment: text, request }
}

async function store(
  { lookUp, corrections }: CorrectInsightDependencies,
  { actor, clientId }: Principal,
  { leadId, change, comment, request }: CorrectionRequest,
): Promise<Omit<CorrectedInsight, 'insight'>> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const earlier = request && (await corrections.findByRequest(clientId, request.id))
    if (earlier && earlier.requestHash !== request.hash) throw conflict()
    if (earlier) return { correction: earlier.correction, replayed: true }
    const current = assertTriaged(leadId, await lookUp(leadId))
    const { intent, priority, nextAction } = current
    const verdict = completeVerdict(current, change)
    const added = await corrections.add({
      id: uuidv7(),
      ...{ leadId, verdict, basedOn: { intent, priority, nextAction }, comment, actor, clientId, request },
    })
    if (added === 'missing') throw leadNotFound(leadId) // nothing but an erasure removes an insight
    if (added !== 'outdated') return { correction: added, replayed: false }
  }
  throw new AppError(ErrorCode.Overloaded, 'Others keep correcting this insight; retry shortly.', {
    retryAfterSeconds: 1,
  })
}

function conflict(): AppError {
  return new AppError(
    ErrorCode.IdempotencyConflict,
    'This request_id was used for a different correction; use a new one for a new correction.',
  )
}
