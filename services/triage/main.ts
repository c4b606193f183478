import { measureBatches } from '../../lib/batcher/batch-metrics.ts'
import { createBatcher } from '../../lib/batcher/batcher.ts'
import { isolateFailures } from '../../lib/batcher/isolate-failures.ts'
import type { Config } from '../../lib/config/load-config.ts'
import { connectNats } from '../../lib/jetstream/connect.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import { ensureStreams, ensureTriageConsumer } from '../../lib/jetstream/topology.ts'
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.ts'
import { runService } from '../../lib/lifecycle/run-service.ts'
import type { Log } from '../../lib/log/log.ts'
import { createMailbox } from '../../lib/mailbox/mailbox.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { guardSchema } from '../../lib/postgres/schema-check.ts'
import type { Server } from '../../lib/server/server.ts'
import { startServer } from '../../lib/server/server.ts'
import { createMetrics } from '../../lib/telemetry/metrics.ts'
import { createServingJudges } from './analyzers/judges.ts'
import { createTimeLimit } from './analyzers/time-limit.ts'
import { triageSettings } from './config.ts'
import { createDeadLetterStore } from './dead-letter-store.ts'
import { giveUpLead } from './give-up-lead.ts'
import { createInsightEvents } from './insight-events.ts'
import { createInsightStore } from './insight-store.ts'
import { priorAttempts } from './lead-received.ts'
import { registerTriageRest } from './rest.ts'
import { triageRpc } from './rpc.ts'
import { createSuspectStore } from './suspect-store.ts'
import { createTriage } from './triage.ts'
import { triageLead } from './triage-lead.ts'

/** Starts a triage worker: connections, parts, server; resolves when it listens. */
export async function startTriage(
  config: Config<typeof triageSettings>,
  log: Log,
  { onStop }: Lifecycle,
): Promise<Server> {
  const metrics = createMetrics('triage')
  const names = jetStreamNames(config.NATS_NAMESPACE)

  const sql = connectPostgres({
    url: config.DATABASE_URL,
    applicationName: 'leadtriage-triage',
    maxConnections: config.DATABASE_CONNECTIONS,
    log,
  })
  onStop('postgres', () => sql.end({ timeout: 5 }))
  const schema = guardSchema({ sql, databaseUrl: config.DATABASE_URL, migrateOnStart: config.MIGRATE_ON_START, log })
  const nats = connectNats({ url: config.NATS_URL, name: 'leadtriage-triage', log })
  onStop('nats', () => nats.close())

  const deadLetters = createDeadLetterStore(sql)
  const insights = createInsightStore(sql)
  const groupCommit = createBatcher({
    maxBatchSize: 500,
    maxInFlight: 1,
    maxQueued: 10_000,
    flush: isolateFailures(insights.upsert), // an insight has its generation: to store it again changes nothing
    onFlush: measureBatches(metrics)('insights'),
  })
  onStop('group commit', () => groupCommit.drain())
  const topology = {
    names,
    replicas: config.NATS_REPLICAS,
    keptInsights: config.NATS_KEPT_INSIGHTS,
    ackWaitMs: config.TRIAGE_ACK_WAIT_MS,
  }
  const events = createInsightEvents({ nats, names, ensureStreams: () => ensureStreams(nats, topology), log })
  const triage = {
    judges: createServingJudges(config, sql, metrics),
    withTimeLimit: createTimeLimit(config.ANALYZER_TIMEOUT_MS),
    store: groupCommit.submit,
    announce: events.announce,
  }
  const mailbox = createMailbox({
    nats,
    stream: names.leadsStream,
    consumer: names.triageConsumer,
    ensureTopology: () => ensureTriageConsumer(nats, topology),
    ackWaitMs: config.TRIAGE_ACK_WAIT_MS,
    maxInFlight: config.TRIAGE_MAX_IN_FLIGHT,
    maxDeliveries: config.TRIAGE_MAX_DELIVERIES,
    priorAttempts,
    beginSuspect: createSuspectStore(sql).begin,
    handle: (delivery, signal) => triageLead(triage, delivery, signal),
    deadLetter: (delivery, givenUp) => giveUpLead({ deadLetters, log }, delivery, givenUp),
    log,
    metrics,
  })
  mailbox.start()
  onStop('mailbox', () => mailbox.drain(10_000))

  const api = createTriage({ nats, names, deadLetters })
  const server = await startServer({
    title: 'leadtriage triage',
    host: config.HOST,
    port: config.TRIAGE_PORT,
    services: [triageRpc(api)],
    rest: (app) => registerTriageRest(app, api),
    checks: [
      { name: 'postgres', required: true, check: schema.check },
      { name: 'nats', required: true, check: nats.check },
      { name: 'mailbox', required: true, check: mailbox.check },
    ],
    log,
    metrics,
  })
  onStop('server', () => server.close(5_000))
  log.info({ url: server.url }, 'triage is listening')
  return server
}

if (import.meta.main) await runService('triage', triageSettings, startTriage)
