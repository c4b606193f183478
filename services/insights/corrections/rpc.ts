import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  fromIntentMessage,
  fromNextActionMessage,
  fromPriorityMessage,
  toInsightMessage,
  toVerdictMessage,
} from '../../../contract/insight-message.ts'
import { dateOf } from '../../../contract/time.ts'
import type { Correction } from '../../../domain/correction.ts'
import type {
  CorrectInsightRequest,
  CorrectInsightResponse,
  Correction as CorrectionMessage,
  ListCorrectionsRequest,
  ListCorrectionsResponse,
} from '../../../gen/leadtriage/insights/v1/correction_pb.ts'
import {
  CorrectInsightResponseSchema,
  CorrectionSchema,
  ListCorrectionsResponseSchema,
} from '../../../gen/leadtriage/insights/v1/correction_pb.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import type { CallContext } from '../../../lib/server/rpc.ts'
import type { CorrectedInsight } from '../correct-insight.ts'
import type { CorrectionPage } from '../list-corrections.ts'

/** `correctInsight` of `correct-insight.ts`, with its dependencies bound. */
export type CorrectInsight = (
  caller: { readonly principal: Principal; readonly traceparent: string },
  leadId: unknown,
  input: unknown,
) => Promise<CorrectedInsight>

/** The method CorrectInsight of InsightsService. */
export function correctInsightRpc(correctInsight: CorrectInsight) {
  return async (
    { leadId, intent, priority, nextAction, spam, comment, requestId }: CorrectInsightRequest,
    context: CallContext,
  ): Promise<CorrectInsightResponse> => {
    const { correction, insight, replayed } = await correctInsight(context, leadId, {
      // an unknown number itself, for validation to reject
      intent: fromIntentMessage(intent) ?? (intent || undefined),
      priority: fromPriorityMessage(priority) ?? (priority || undefined),
      next_action: fromNextActionMessage(nextAction) ?? (nextAction || undefined),
      spam,
      comment,
      request_id: requestId || undefined,
    })
    return create(CorrectInsightResponseSchema, {
      correction: toCorrectionMessage(correction),
      insight: toInsightMessage(insight),
      replayed,
    })
  }
}

/** `listCorrections` of `list-corrections.ts`, with its store bound. */
export type ListCorrections = (principal: Principal, input: unknown) => Promise<CorrectionPage>

/** The method ListCorrections of InsightsService. */
export function listCorrectionsRpc(listCorrections: ListCorrections) {
  return async (
    request: ListCorrectionsRequest,
    { principal }: Pick<CallContext, 'principal'>,
  ): Promise<ListCorrectionsResponse> => {
    const { corrections, nextPageToken } = await listCorrections(principal, {
      created_after: dateOf(request.createdAfter, 'created_after'),
      created_before: dateOf(request.createdBefore, 'created_before'),
      page_size: request.pageSize,
      page_token: request.pageToken,
    })
    return create(ListCorrectionsResponseSchema, {
      corrections: corrections.map(({ correction, note, language, tags, receivedAt }) => ({
        ...{ correction: toCorrectionMessage(correction), note, language, tags: [...tags] },
        receivedAt: timestampFromDate(receivedAt),
      })),
      nextPageToken: nextPageToken ?? '',
    })
  }
}

export function toCorrectionMessage(correction: Correction): CorrectionMessage {
  const { id, leadId, verdict, analyzerVerdict, analyzer, confidence, generation, comment, actor } = correction
  return create(CorrectionSchema, {
    ...{ id, leadId, analyzer, confidence, generation, actor },
    verdict: toVerdictMessage(verdict),
    analyzerVerdict: toVerdictMessage(analyzerVerdict),
    ...(comment !== null && { comment }),
    createdAt: timestampFromDate(correction.createdAt),
  })
}
