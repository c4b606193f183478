import {
  fromIntentMessage,
  fromNextActionMessage,
  fromPriorityMessage,
  fromStageMessage,
} from '../../../contract/insight-message.ts'
import { dateOf } from '../../../contract/time.ts'
import type { InsightFilter as InsightFilterMessage } from '../../../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import { LeadState as LeadStateMessage } from '../../../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import { LeadState } from './lead-insight.ts'

export const STATES = {
  [LeadState.Pending]: LeadStateMessage.PENDING,
  [LeadState.Open]: LeadStateMessage.OPEN,
  [LeadState.DeadLettered]: LeadStateMessage.DEAD_LETTERED,
} as const satisfies Record<LeadState, LeadStateMessage>

/** A filter of an RPC request, in the form that `insightFilterSchema` validates. */
export function toFilterInput(message: InsightFilterMessage | undefined): Record<string, unknown> {
  if (message === undefined) return {}
  return {
    priorities: message.priorities.map((value) => fromPriorityMessage(value) ?? value),
    intents: message.intents.map((value) => fromIntentMessage(value) ?? value),
    next_actions: message.nextActions.map((value) => fromNextActionMessage(value) ?? value),
    stages: message.stages.map((value) => fromStageMessage(value) ?? value),
    tags: message.tags,
    languages: message.languages,
    analyzers: message.analyzers,
    min_confidence: message.minConfidence,
    max_confidence: message.maxConfidence,
    corrected: message.corrected,
    states: message.states.map((value) => Object.values(LeadState).find((state) => STATES[state] === value) ?? value),
    sources: message.sources,
    clients: message.clients,
    created_after: dateOf(message.createdAfter, 'filter.created_after'),
    created_before: dateOf(message.createdBefore, 'filter.created_before'),
    email: message.email || undefined,
    text: message.text || undefined,
  }
}
