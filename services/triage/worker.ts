import { measureBatches } from '../../lib/batcher/batch-metrics.ts'
import { createBatcher } from '../../lib/batcher/batcher.ts'
import { isolateFailures } from '../../lib/batcher/isolate-failures.ts'
import type { Nats } from '../../lib/jetstream/connect.ts'
import { createMessageEraser } from '../../lib/jetstream/erase-messages.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import { ensureStreams, ensureTriageConsumer } from '../../lib/jetstream/topology.ts'
import { createWatchdog } from '../../lib/jetstream/watchdog/watchdog.ts'
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.ts'
import { startPeriodicJob } from '../../lib/lifecycle/periodic-job.ts'
import type { Log } from '../../lib/log/log.ts'
import type { Mailbox } from '../../lib/mailbox/mailbox.ts'
import { createMailbox } from '../../lib/mailbox/mailbox.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import type { Metrics } from '../../lib/telemetry/metrics.ts'
import { createServingPipeline } from './analyzers/analyzer-pipeline.ts'
import { maxModelCalls } from './analyzers/llm/call-model.ts'
import { createTimeLimit } from './analyzers/time-limit.ts'
import { createAttemptTracker } from './attempt-tracker.ts'
import type { TriageConfig } from './config.ts'
import { deadLetterLead } from './dead-letter-lead.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import { createErasureSweep } from './erasure/erasure-sweep.ts'
import { createErasedLookUp } from './erasure/lead-erased.ts'
import { unlessErased } from './erasure/unless-erased.ts'
import { createInsightEvents } from './insight-events.ts'
import { createInsightStore } from './insight-store.ts'
import { decodeLeadReceived } from './lead-received.ts'
import { triageLead } from './triage-lead.ts'

const ERASURE_INTERVAL_MS = 1_000

interface WorkerParts {
  readonly config: TriageConfig
  readonly sql: Sql
  readonly nats: Nats
  readonly names: JetStreamNames
  readonly deadLetters: DeadLetterStore
  readonly metrics: Metrics
  readonly log: Log
}

/** Starts triaging: pulls leads, analyzes them, stores and publishes the insights. */
export function startWorker(parts: WorkerParts, { onStop }: Lifecycle): Mailbox {
  const { config, sql, nats, names, deadLetters, metrics, log } = parts
  const topology = {
    names,
    replicas: config.NATS_REPLICAS,
    keptInsights: config.NATS_KEPT_INSIGHTS,
    ackWaitMs: config.TRIAGE_ACK_WAIT_MS,
  }
  const insights = createInsightStore(sql)
  const groupCommit = createBatcher({
    maxBatchSize: 500,
    maxInFlight: 1,
    maxQueued: 10_000,
    flush: isolateFailures(insights.upsert), // may upsert an insight twice, which its generation makes harmless
    onFlush: measureBatches(metrics)('insights'),
  })
  onStop('group commit', () => groupCommit.drain())
  const events = createInsightEvents({ nats, names, ensureStreams: () => ensureStreams(nats, topology), log })
  const triage = {
    pipeline: createServingPipeline(config, sql, metrics),
    withTimeLimit: createTimeLimit(config.ANALYZER_TIMEOUT_MS),
    store: groupCommit.submit,
    publish: events.publish,
  }
  const eraser = createMessageEraser(nats)
  const erasure = { isErased: createErasedLookUp(sql), eraser, names }
  const watchdog = createWatchdog({
    nats,
    stream: names.leadsStream,
    consumer: names.triageConsumer,
    onReplaced: (created) => mailbox.pullAgain(created),
    log,
    metrics,
  })
  const mailbox = createMailbox({
    nats,
    stream: names.leadsStream,
    consumer: names.triageConsumer,
    ensureTopology: () => ensureTriageConsumer(nats, topology),
    onPullEnd: watchdog.notePullEnd,
    ackWaitMs: config.TRIAGE_ACK_WAIT_MS,
    maxDeliveries: config.TRIAGE_MAX_DELIVERIES,
    ...leadsInFlight(config),
    decode: decodeLeadReceived,
    priorAttempts: ({ attempts }) => attempts,
    attemptTracker: createAttemptTracker(sql),
    handle: unlessErased(erasure, (delivery, signal) => triageLead(triage, delivery, signal)),
    deadLetter: (delivery, cause) => deadLetterLead({ deadLetters, erasure, log }, delivery, cause),
    log,
    metrics,
  })
  mailbox.start()
  onStop('mailbox', () => mailbox.drain(10_000))
  const sweep = startPeriodicJob({
    run: createErasureSweep(sql, eraser, names),
    intervalMs: ERASURE_INTERVAL_MS,
    failure: 'cannot erase all data of erased leads; retrying',
    log,
  })
  onStop('erasure sweep', () => sweep.stop())
  watchdog.start()
  onStop('watchdog', () => watchdog.stop())
  return mailbox
}

/**
 * With a model alone, a worker takes half as many leads again as it may call the model for: those that wait keep the
 * model busy, and the others stay in the queue, where clients take turns. In a cascade, leads waiting for the model use
 * at most a quarter of the minimum, so that new leads always get their provisional insight.
 */
function leadsInFlight(config: TriageConfig): { maxInFlight: number; minInFlight?: number } {
  const maxInFlight = config.TRIAGE_MAX_IN_FLIGHT
  if (config.ANALYZER === 'rules') return { maxInFlight }
  const concurrency = config.LLM_CONCURRENCY
  if (config.ANALYZER === 'cascade') return { maxInFlight, minInFlight: 4 * maxModelCalls(concurrency) }
  const modelCalls = Math.ceil(1.5 * concurrency)
  return { maxInFlight: Math.min(maxInFlight, modelCalls), minInFlight: modelCalls }
}
