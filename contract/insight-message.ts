import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { Insight } from '../domain/insight.ts'
import { Stage } from '../domain/insight.ts'
import { Intent, NextAction, Priority } from '../domain/vocabulary.ts'
import type { Insight as InsightMessage } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import {
  InsightSchema,
  Intent as IntentMessage,
  NextAction as NextActionMessage,
  Priority as PriorityMessage,
  Stage as StageMessage,
} from '../gen/leadtriage/insights/v1/insight_pb.ts'

const INTENTS = {
  [Intent.Buy]: IntentMessage.BUY,
  [Intent.Support]: IntentMessage.SUPPORT,
  [Intent.Spam]: IntentMessage.SPAM,
  [Intent.Job]: IntentMessage.JOB,
  [Intent.Other]: IntentMessage.OTHER,
} as const satisfies Record<Intent, IntentMessage>

const PRIORITIES = {
  [Priority.P0]: PriorityMessage.P0,
  [Priority.P1]: PriorityMessage.P1,
  [Priority.P2]: PriorityMessage.P2,
  [Priority.P3]: PriorityMessage.P3,
} as const satisfies Record<Priority, PriorityMessage>

const NEXT_ACTIONS = {
  [NextAction.Call]: NextActionMessage.CALL,
  [NextAction.Email]: NextActionMessage.EMAIL,
  [NextAction.Qualify]: NextActionMessage.QUALIFY,
  [NextAction.Ignore]: NextActionMessage.IGNORE,
} as const satisfies Record<NextAction, NextActionMessage>

const STAGES = {
  [Stage.Provisional]: StageMessage.PROVISIONAL,
  [Stage.Final]: StageMessage.FINAL,
} as const satisfies Record<Stage, StageMessage>

/** The {@link Intent} of a protobuf enum value; undefined for an unknown number. */
export function fromIntentMessage(message: IntentMessage): Intent | undefined {
  return Object.values(Intent).find((intent) => INTENTS[intent] === message)
}

/** An insight as the protobuf message that both the events of triage and the responses of insights carry. */
export function toInsightMessage(insight: Insight): InsightMessage {
  return create(InsightSchema, {
    id: insight.id,
    leadId: insight.leadId,
    contentHash: insight.contentHash,
    intent: INTENTS[insight.intent],
    priority: PRIORITIES[insight.priority],
    nextAction: NEXT_ACTIONS[insight.nextAction],
    confidence: insight.confidence,
    tags: [...insight.tags],
    reasons: insight.reasons.map(({ text, start, end, weight }) => ({ text, start, end, weight })),
    language: insight.language,
    analyzer: insight.analyzer,
    stage: STAGES[insight.stage],
    generation: insight.generation,
    createdAt: timestampFromDate(insight.createdAt),
    updatedAt: timestampFromDate(insight.updatedAt),
  })
}
