import { createSchemaCheck } from '../../db/schema-check.ts'
import { createAuditLog } from '../../lib/auth/audit-log.ts'
import { startAuth } from '../../lib/auth/start-auth.ts'
import type { Config } from '../../lib/config/load-config.ts'
import { connectNats } from '../../lib/jetstream/connect.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import { natsServersOf } from '../../lib/jetstream/servers.ts'
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
import { triageSettings } from './config.ts'
import { createDeadLetterStore } from './dead-letter-store.ts'
import { registerTriageRest, triageApi } from './rest.ts'
import { triageRpc } from './rpc.ts'
import { createTriage } from './triage.ts'
import { startWorker } from './worker.ts'

/** Starts a triage worker; resolves when its server is listening. */
export async function startTriage(
  config: Config<typeof triageSettings>,
  log: Log,
  lifecycle: Lifecycle,
): Promise<Server> {
  const { onStop } = lifecycle
  const metrics = createMetrics('triage')
  const names = jetStreamNames(config.NATS_NAMESPACE)

  const databaseUrl = databaseUrlOf(config)
  const sql = connectPostgres({
    url: databaseUrl,
    applicationName: 'leadtriage-triage',
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
  const limits = createLimits({ config, service: 'triage', sql, log, metrics })
  const auth = await startAuth({ config, sql, limits: limits.calls, log, lifecycle })
  const nats = connectNats({ ...natsServersOf(config), name: 'leadtriage-triage', log })
  onStop('nats', () => nats.close())

  const deadLetters = createDeadLetterStore(sql)
  const mailbox = startWorker({ config, sql, nats, names, deadLetters, metrics, log }, lifecycle)

  const audit = createAuditLog({ sql, service: 'triage', log })
  onStop('audit log', () => audit.stop())
  const api = createTriage({ nats, names, deadLetters, audit })
  const server = await startServer({
    api: triageApi,
    host: config.HOST,
    port: config.TRIAGE_PORT,
    services: [triageRpc(api)],
    access: auth.access,
    trustedProxies: config.TRUSTED_PROXIES,
    isAllowedOrigin: createOriginCheck(config.CORS_ORIGINS),
    rest: (app) => registerTriageRest(app, api),
    checks: [
      { name: 'postgres', required: true, check: schema.check },
      ...auth.checks,
      { name: 'nats', required: true, check: nats.check },
      { name: 'mailbox', required: true, check: mailbox.check },
    ],
    log,
    metrics,
    tls: tlsOptionsOf(config),
  })
  onStop('server', () => server.close(5_000))
  log.info({ url: server.url }, 'triage is listening')
  return server
}

if (import.meta.main) await runService('triage', triageSettings, startTriage)
