import type { Analysis } from '../../domain/analysis.ts'
import type { Insight, NewInsight } from '../../domain/insight.ts'
import { createInsight, Stage } from '../../domain/insight.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import type { Delivery } from '../../lib/mailbox/delivery.ts'
import { childTraceparent } from '../../lib/telemetry/trace-context.ts'
import type { Analyzer } from './analyzers/analyzer.ts'
import type { AnalyzerPipeline } from './analyzers/analyzer-pipeline.ts'

export interface TriageLeadDependencies {
  readonly pipeline: AnalyzerPipeline
  /** Adds the time that an analyzer has for a note. */
  readonly withTimeLimit: (signal: AbortSignal) => AbortSignal
  /** Stores one insight in the next group commit; resolves to what is stored for the lead then. */
  readonly store: (insight: NewInsight) => Promise<Insight>
  readonly publish: (insight: Insight, traceparent: string) => Promise<void>
}

/**
 * Handles one LeadReceived event: analyze, store, publish. In a cascade the quick judge's insight is stored first, as
 * provisional, and nobody waits for the slow one; when that fails the provisional stands and the event is tried again.
 * Idempotent: a later delivery finds the insight stored and publishes it again, under the same message id.
 */
export async function triageLead(
  { pipeline, withTimeLimit, store, publish }: TriageLeadDependencies,
  { event, header }: Pick<Delivery<LeadReceived>, 'event' | 'header'>,
  signal: AbortSignal,
): Promise<void> {
  const { leadId, generation, contentHash, note } = event
  const traceparent = childTraceparent(header('traceparent'))
  const analyze = (analyzer: Analyzer) => analyzer.analyze(note, withTimeLimit(signal))
  const keep = async (stage: Stage, analyzer: Analyzer, analysis: Analysis) => {
    const insight = await store(createInsight({ leadId, generation, contentHash }, stage, analyzer.id, analysis))
    await publish(insight, traceparent)
    return insight
  }

  if (pipeline.quick !== undefined) {
    const analysis = await analyze(pipeline.quick.analyzer)
    const stands = analysis.confidence >= pipeline.quick.confidenceThreshold
    const stored = await keep(stands ? Stage.Final : Stage.Provisional, pipeline.quick.analyzer, analysis)
    if (stored.stage === Stage.Final && stored.generation >= generation) return
  }
  await keep(Stage.Final, pipeline.final, await analyze(pipeline.final))
}
