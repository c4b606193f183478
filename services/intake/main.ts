import { measureBatches } from '../../lib/batcher/batch-metrics.ts'
import { createBatcher } from '../../lib/batcher/batcher.ts'
import { isolateFailures } from '../../lib/batcher/isolate-failures.ts'
import type { Config } from '../../lib/config/load-config.ts'
import { isOurTrouble } from '../../lib/errors/app-error.ts'
import { connectNats } from '../../lib/jetstream/connect.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import { createPublisher } from '../../lib/jetstream/publisher.ts'
import { declareStreams, ensureStreams } from '../../lib/jetstream/topology.ts'
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.ts'
import { runService } from '../../lib/lifecycle/run-service.ts'
import type { Log } from '../../lib/log/log.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { guardSchema } from '../../lib/postgres/schema-check.ts'
import type { Server } from '../../lib/server/server.ts'
import { startServer } from '../../lib/server/server.ts'
import { createMetrics } from '../../lib/telemetry/metrics.ts'
import { intakeSettings } from './config.ts'
import { createIntake } from './intake.ts'
import { createLeadEvents } from './lead-events.ts'
import type { LeadRow } from './lead-store.ts'
import { bytesOfRow, bytesOfRows, createLeadStore, insertLists } from './lead-store.ts'
import { queuedSince } from './reconciler/queued-since.ts'
import { startReconciler } from './reconciler/reconciler.ts'
import { registerIntakeRest } from './rest.ts'
import { createRetriageStore } from './retriage-store.ts'
import { intakeRpc } from './rpc.ts'

const MIB = 1024 * 1024

/** Starts intake: connections, parts, server; resolves when it listens. */
export async function startIntake(
  config: Config<typeof intakeSettings>,
  log: Log,
  { onStop }: Lifecycle,
): Promise<Server> {
  const metrics = createMetrics('intake')
  const names = jetStreamNames(config.NATS_NAMESPACE)

  const sql = connectPostgres({
    url: config.DATABASE_URL,
    applicationName: 'leadtriage-intake',
    maxConnections: config.DATABASE_CONNECTIONS,
    log,
  })
  onStop('postgres', () => sql.end({ timeout: 5 }))
  const schema = guardSchema({
    sql,
    databaseUrl: config.DATABASE_URL,
    migrateOnStart: config.MIGRATE_ON_START,
    log,
  })
  const nats = connectNats({ url: config.NATS_URL, name: 'leadtriage-intake', log })
  onStop('nats', () => nats.close())
  const topology = { names, replicas: config.NATS_REPLICAS }
  await declareStreams({ nats, topology, patienceMs: 2_000, log })

  const leads = createLeadStore(sql)
  const measure = measureBatches(metrics)
  const insert = isolateFailures(leads.insert) // a row has its key: to store it again changes nothing
  const groupCommit = createBatcher({
    maxBatchSize: 500,
    maxInFlight: 1,
    maxQueued: 10_000,
    byteLimits: { bytesOf: bytesOfRow, maxBatchBytes: 8 * MIB, maxQueuedBytes: 32 * MIB },
    flush: insert,
    onFlush: measure('leads'),
    failsAll: isOurTrouble, // whoever sent a lead must hear within two seconds that the database hangs
  })
  onStop('group commit', () => groupCommit.drain())
  // lists of leads go by themselves: a single lead must not wait behind thousands
  const listCommit = createBatcher({
    maxBatchSize: 4,
    maxInFlight: 1,
    maxQueued: 32,
    byteLimits: { bytesOf: bytesOfRows, maxBatchBytes: 8 * MIB, maxQueuedBytes: 32 * MIB },
    flush: (lists: readonly (readonly LeadRow[])[]) => insertLists(insert, lists),
    onFlush: measure('lead_lists', (list) => list.length),
    failsAll: isOurTrouble,
  })
  onStop('group commit of lists', () => listCommit.drain())
  const publisher = createPublisher({ nats, maxOutstanding: 50_000, log, metrics })
  const events = createLeadEvents(publisher, names)
  const retriage = { leads: createRetriageStore(sql), leadsPerSecond: config.RETRIAGE_PER_SECOND }
  const intake = createIntake({ leads, groupCommit, listCommit, events, retriage })
  const reconciler = startReconciler({
    databaseUrl: config.DATABASE_URL,
    nats,
    ensureStreams: () => ensureStreams(nats, topology),
    queuedSince: () => queuedSince(nats, names),
    events,
    log,
    metrics,
  })
  onStop('reconciler', () => reconciler.stop())

  const server = await startServer({
    title: 'leadtriage intake',
    host: config.HOST,
    port: config.INTAKE_PORT,
    services: [intakeRpc(intake)],
    rest: (app, failLate) => registerIntakeRest(app, intake, failLate),
    checks: [
      { name: 'postgres', required: true, check: schema.check },
      { name: 'nats', required: false, check: nats.check },
    ],
    log,
    metrics,
  })
  onStop('server', () => server.close(10_000))
  log.info({ url: server.url }, 'intake is listening')
  return server
}

if (import.meta.main) await runService('intake', intakeSettings, startIntake)
