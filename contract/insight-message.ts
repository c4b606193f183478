import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { Insight, Verdict } from '../domain/insight.ts'
import { Stage } from '../domain/insight.ts'
import { Intent, NextAction, Priority } from '../domain/vocabulary.ts'
import type { Insight as InsightMessage, Verdict as VerdictMessage } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import {
  InsightSchema,
  Intent as IntentMessage,
  NextAction as NextActionMessage,
  Priority as PriorityMessage,
  Stage as StageMessage,
  VerdictSchema,
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

/** The {@link Priority} of a protobuf enum value; undefined for an unknown number. */
export function fromPriorityMessage(message: PriorityMessage): Priority | undefined {
  return Object.values(Priority).find((priority) => PRIORITIES[priority] === message)
}

/** The {@link NextAction} of a protobuf enum value; undefined for an unknown number. */
export function fromNextActionMessage(message: NextActionMessage): NextAction | undefined {
  return Object.values(NextAction).find((action) => NEXT_ACTIONS[action] === message)
}

/** The {@link Stage} of a protobuf enum value; undefined for an unknown number. */
export function fromStageMessage(message: StageMessage): Stage | undefined {
  return Object.values(Stage).find((stage) => STAGES[stage] === message)
}

export function toVerdictMessage({ intent, priority, nextAction }: Verdict): VerdictMessage {
  return create(VerdictSchema, {
    intent: INTENTS[intent],
    priority: PRIORITIES[priority],
    nextAction: NEXT_ACTIONS[nextAction],
  })
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
    ...(insight.corrected && {
      analyzerVerdict: toVerdictMessage(insight.corrected.analyzerVerdict),
      correctedAt: timestampFromDate(insight.corrected.at),
    }),
  })
}
