import type { Insight, NewInsight } from '../../domain/insight.ts'
import { createInsight, Stage } from '../../domain/insight.ts'
import type { Delivery } from '../../lib/mailbox/mailbox.ts'
import { childTraceparent } from '../../lib/telemetry/trace-context.ts'
import type { Analyzer } from './analyzers/analyzer.ts'
import { parseLeadReceived } from './lead-received.ts'

export interface TriageLeadDependencies {
  readonly analyzer: Analyzer
  readonly analyzerTimeoutMs: number
  /** Stores one insight in the next group commit; resolves to what is stored for the lead then. */
  readonly store: (insight: NewInsight) => Promise<Insight>
  readonly announce: (insight: Insight, traceparent: string) => Promise<void>
}

/**
 * Handles one LeadReceived event: analyze, store, announce. Idempotent: a second delivery finds the insight
 * stored and announces it again, under the same message id.
 */
export async function triageLead(
  { analyzer, analyzerTimeoutMs, store, announce }: TriageLeadDependencies,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<void> {
  const { leadId, generation, contentHash, note } = parseLeadReceived(delivery)
  const analysis = await analyzer.analyze(note, AbortSignal.any([signal, AbortSignal.timeout(analyzerTimeoutMs)]))
  const insight = await store(createInsight({ leadId, generation, contentHash }, Stage.Final, analyzer.id, analysis))
  await announce(insight, childTraceparent(delivery.header('traceparent')))
}
