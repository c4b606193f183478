import type { Analysis } from '../../domain/analysis.ts'
import type { Insight } from '../../domain/insight.ts'
import { createInsight, Stage } from '../../domain/insight.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import type { Delivery } from '../../lib/mailbox/delivery.ts'
import { childTraceparent } from '../../lib/telemetry/trace-context.ts'
import type { Analyzer } from './analyzers/analyzer.ts'
import type { AnalyzerPipeline } from './analyzers/analyzer-pipeline.ts'
import type { InsightRow } from './insight-store.ts'
import { originOf } from './lead-received.ts'

export interface TriageLeadDependencies {
  readonly pipeline: AnalyzerPipeline
  /** Adds the time limit of an analyzer to a signal. */
  readonly withTimeLimit: (signal: AbortSignal) => AbortSignal
  /** Stores an insight in the next group commit; resolves to the insight now stored for the lead. */
  readonly store: (row: InsightRow) => Promise<Insight>
  readonly publish: (insight: Insight, traceparent: string) => Promise<void>
}

/**
 * Handles one LeadReceived event: analyze, store, publish. In a cascade it stores the quick analyzer's insight first.
 * If its confidence is below the threshold, the insight is provisional until the final analyzer replaces it; if that
 * fails, the provisional insight stays and the event is retried. Idempotent: a redelivery finds the insight stored and
 * publishes it again with the same message id.
 */
export async function triageLead(
  { pipeline, withTimeLimit, store, publish }: TriageLeadDependencies,
  { event, header }: Pick<Delivery<LeadReceived>, 'event' | 'header'>,
  signal: AbortSignal,
): Promise<void> {
  const { leadId, generation, contentHash, note } = event
  const origin = originOf(event)
  const { receivedAt } = origin
  const traceparent = childTraceparent(header('traceparent'))
  const analyze = (analyzer: Analyzer) => analyzer.analyze({ note, receivedAt }, withTimeLimit(signal))
  const storeAndPublish = async (stage: Stage, analyzer: Analyzer, analysis: Analysis) => {
    const made = createInsight({ leadId, generation, contentHash }, stage, analyzer.id, analysis)
    const insight = await store({ ...made, origin })
    await publish(insight, traceparent)
    return insight
  }

  if (pipeline.quick !== undefined) {
    const { analyzer, confidenceThreshold } = pipeline.quick
    const analysis = await analyze(analyzer)
    const stage = analysis.confidence >= confidenceThreshold ? Stage.Final : Stage.Provisional
    const stored = await storeAndPublish(stage, analyzer, analysis)
    if (stored.stage === Stage.Final && stored.generation >= generation) return
  }
  await storeAndPublish(Stage.Final, pipeline.final, await analyze(pipeline.final))
}
