import { createSchemaCheck } from '../../db/schema-check.ts'
import { createAuditLog } from '../../lib/auth/audit-log.ts'
import { watchKeyOrigins } from '../../lib/auth/key-origins.ts'
import { startAuth } from '../../lib/auth/start-auth.ts'
import type { Config } from '../../lib/config/load-config.ts'
import { connectNats } from '../../lib/jetstream/connect.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import { createPublisher } from '../../lib/jetstream/publisher.ts'
import { natsServersOf } from '../../lib/jetstream/servers.ts'
import { declareStreams, ensureStreams } from '../../lib/jetstream/topology.ts'
import { createLostFiles } from '../../lib/jetstream/watchdog/lost-files.ts'
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.ts'
import { runService } from '../../lib/lifecycle/run-service.ts'
import { createLimits } from '../../lib/limits/create-limits.ts'
import type { Log } from '../../lib/log/log.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { databaseUrlOf } from '../../lib/postgres/database-url.ts'
import { createOriginCheck } from '../../lib/server/http/cors.ts'
import type { Server } from '../../lib/server/server.ts'
import { startServer } from '../../lib/server/server.ts'
import { tlsOptionsOf } from '../../lib/server/tls/certificate.ts'
import { createMetrics } from '../../lib/telemetry/metrics.ts'
import { createAccess } from './access/access.ts'
import { createAuditEventStore } from './access/audit-event-store.ts'
import { createKeyStore } from './access/key-store.ts'
import { registerAccessRest } from './access/rest.ts'
import { accessRpc } from './access/rpc.ts'
import { createIntakeBatchers } from './batchers.ts'
import { intakeSettings } from './config.ts'
import { createDeferredLeads } from './deferral/deferred-leads.ts'
import { createPublishGate } from './deferral/publish-gate.ts'
import { createQueueWindow } from './deferral/queue-window.ts'
import { createErasureRound } from './erasure/erasure-round.ts'
import { createErasureStore } from './erasure/erasure-store.ts'
import { createFindStoredKey } from './forms/find-stored-key.ts'
import { registerFormsRest } from './forms/rest.ts'
import { countTrappedForms } from './forms/submit-form.ts'
import { createIntake } from './intake.ts'
import { createLeadEvents } from './lead-events.ts'
import { createLeadStore } from './lead-store.ts'
import { queueDepth, queueHead } from './reconciler/queue-head.ts'
import { startReconciler } from './reconciler/reconciler.ts'
import { intakeApi, registerIntakeRest } from './rest.ts'
import { createRetriageStore } from './retriage-store.ts'
import { intakeRpc } from './rpc.ts'

/** Starts intake; resolves when its server is listening. */
export async function startIntake(
  config: Config<typeof intakeSettings>,
  log: Log,
  lifecycle: Lifecycle,
): Promise<Server> {
  const { onStop } = lifecycle
  const metrics = createMetrics('intake')
  const names = jetStreamNames(config.NATS_NAMESPACE)

  const databaseUrl = databaseUrlOf(config)
  const sql = connectPostgres({
    url: databaseUrl,
    applicationName: 'leadtriage-intake',
    maxConnections: config.DATABASE_CONNECTIONS,
    log,
  })
  onStop('postgres', () => sql.end({ timeout: 5 }))
  const schema = createSchemaCheck({
    sql,
    databaseUrl,
    migrateOnStart: config.MIGRATE_ON_START,
    log,
  })
  const limits = createLimits({ config, service: 'intake', sql, log, metrics })
  const auth = await startAuth({ config, sql, limits: limits.calls, log, lifecycle })
  const keyOrigins = config.AUTH === 'on' ? watchKeyOrigins(sql, log) : undefined
  if (keyOrigins) onStop('origins of keys', () => keyOrigins.stop())
  const nats = connectNats({ ...natsServersOf(config), name: 'leadtriage-intake', log })
  onStop('nats', () => nats.close())
  const topology = { names, replicas: config.NATS_REPLICAS, keptInsights: config.NATS_KEPT_INSIGHTS }
  await declareStreams({ nats, topology, timeoutMs: 2_000, log })

  const deferred = createDeferredLeads(sql, log, metrics)
  onStop('deferred leads', () => deferred.drain())
  const batchers = createIntakeBatchers(createLeadStore(sql), metrics, lifecycle)
  const lostFiles = createLostFiles({ nats, stream: names.leadsStream, log, metrics })
  const publisher = createPublisher({
    nats,
    maxOutstanding: 50_000,
    maxOutstandingBytes: 64 * 1024 * 1024, // about 800 leads of maximum size
    onRefused: lostFiles.noteRefusal,
    log,
    metrics,
  })
  const readDepth = () => queueDepth(nats, names)
  const gate = createPublishGate(readDepth, createQueueWindow())
  onStop('publish gate', async () => gate.stop())
  const events = createLeadEvents({ publisher, gate, deferred, names })
  const audit = createAuditLog({ sql, service: 'intake', log })
  onStop('audit log', () => audit.stop())
  const retriage = { leads: createRetriageStore(sql), audit, leadsPerSecond: config.RETRIAGE_PER_SECOND }
  const intake = createIntake({
    ...batchers,
    events,
    retriage,
    erasures: createErasureStore(sql),
    admitLeads: limits.createClientLimit('leads', config.LIMIT_LEADS_PER_CLIENT),
  })
  const access = createAccess({ keys: createKeyStore(sql, 'intake'), auditEvents: createAuditEventStore(sql) })
  const reconciler = startReconciler({
    databaseUrl,
    nats,
    ensureStreams: () => ensureStreams(nats, topology),
    lostFiles,
    queueHead: () => queueHead(nats, names),
    erase: createErasureRound({ nats, names, retentionDays: config.LEAD_RETENTION_DAYS, log, metrics }),
    queueDepth: readDepth,
    names,
    log,
    metrics,
  })
  onStop('reconciler', () => reconciler.stop())

  const isAllowedOrigin = createOriginCheck(config.CORS_ORIGINS, keyOrigins)
  const forms = {
    keys: auth.keys,
    isAllowedOrigin,
    createLead: intake.createLead,
    findStoredKey: createFindStoredKey(sql),
    onTrapped: countTrappedForms(metrics),
  }
  const server = await startServer({
    api: intakeApi,
    host: config.HOST,
    port: config.INTAKE_PORT,
    services: [intakeRpc(intake), accessRpc(access)],
    access: auth.access,
    trustedProxies: config.TRUSTED_PROXIES,
    isAllowedOrigin,
    rest: (app, failLate) => {
      registerIntakeRest(app, intake, failLate)
      registerAccessRest(app, access)
      app.register(async (scope) => registerFormsRest(scope.withTypeProvider(), forms))
    },
    checks: [
      { name: 'postgres', required: true, check: schema.check },
      ...auth.checks,
      { name: 'nats', required: false, check: nats.check },
    ],
    log,
    metrics,
    tls: tlsOptionsOf(config),
  })
  onStop('server', () => server.close(10_000))
  log.info({ url: server.url }, 'intake is listening')
  return server
}

if (import.meta.main) await runService('intake', intakeSettings, startIntake)
