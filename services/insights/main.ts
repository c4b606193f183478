import { createSchemaCheck } from '../../db/schema-check.ts'
import { startAuth } from '../../lib/auth/start-auth.ts'
import { measureBatches } from '../../lib/batcher/batch-metrics.ts'
import { createBatcher } from '../../lib/batcher/batcher.ts'
import type { Config } from '../../lib/config/load-config.ts'
import { isTransient } from '../../lib/errors/app-error.ts'
import { connectNats } from '../../lib/jetstream/connect.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import { natsServersOf } from '../../lib/jetstream/servers.ts'
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.ts'
import { runService } from '../../lib/lifecycle/run-service.ts'
import { createLimits } from '../../lib/limits/create-limits.ts'
import type { Log } from '../../lib/log/log.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { databaseUrlOf } from '../../lib/postgres/database-url.ts'
import { createReads } from '../../lib/postgres/reads.ts'
import { createOriginCheck } from '../../lib/server/http/cors.ts'
import type { Server } from '../../lib/server/server.ts'
import { startServer } from '../../lib/server/server.ts'
import { tlsOptionsOf } from '../../lib/server/tls/certificate.ts'
import { createMetrics } from '../../lib/telemetry/metrics.ts'
import { insightsSettings } from './config.ts'
import { correctInsight } from './correct-insight.ts'
import { createCorrectionEvents } from './corrections/correction-events.ts'
import { startCorrectionJobs } from './corrections/correction-jobs.ts'
import { createCorrectionStore } from './corrections/correction-store.ts'
import { getInsight } from './get-insight.ts'
import { getLeadOverview } from './get-lead-overview.ts'
import { getStats } from './get-stats.ts'
import { createInsightArrivals } from './insight-arrivals.ts'
import { createInsightReader } from './insight-reader.ts'
import { createExport } from './leads/export-insights.ts'
import { startFacetFrequencies } from './leads/facet-frequencies.ts'
import { listInsights } from './leads/list-insights.ts'
import { createListStore } from './leads/list-store.ts'
import { listCorrections } from './list-corrections.ts'
import { createOverviewStore } from './overview/overview-store.ts'
import { insightsApi, registerInsightsRest } from './rest.ts'
import type { InsightsMethods } from './rpc.ts'
import { insightsRpc } from './rpc.ts'
import { keepSearchIndex } from './search/keep-search-index.ts'
import { registerSignInRest } from './sign-in/rest.ts'
import { startSignIn } from './sign-in/start-sign-in.ts'
import { startRollUps } from './stats/roll-ups/start-roll-ups.ts'
import { createStatsStore } from './stats/stats-store.ts'
import { registerWatchRest } from './watch/rest.ts'
import { startWatching } from './watch/start-watching.ts'

/** Starts insights; resolves when its server is listening. */
export async function startInsights(
  config: Config<typeof insightsSettings>,
  log: Log,
  { onStop }: Lifecycle,
): Promise<Server> {
  const metrics = createMetrics('insights')
  const names = jetStreamNames(config.NATS_NAMESPACE)

  const databaseUrl = databaseUrlOf(config)
  const sql = connectPostgres({
    url: databaseUrl,
    applicationName: 'leadtriage-insights',
    maxConnections: config.DATABASE_CONNECTIONS,
    session: { jit: 0 }, // statements of lists take milliseconds, but their estimated costs are high
    log,
  })
  onStop('postgres', () => sql.end({ timeout: 5 }))
  const reads = createReads({
    url: databaseUrl,
    applicationName: 'leadtriage-insights-reads',
    connections: config.READ_CONNECTIONS,
    session: { jit: 0 },
    log,
  })
  onStop('postgres for reads', () => reads.end())
  const schema = createSchemaCheck({
    sql,
    databaseUrl,
    migrateOnStart: config.MIGRATE_ON_START,
    log,
  })
  const limits = createLimits({ config, service: 'insights', sql, log, metrics })
  const auth = await startAuth({ config, sql, limits: limits.calls, log, lifecycle: { onStop } })
  const signIn = startSignIn({ config, sql, keys: auth.keys, log, lifecycle: { onStop } })
  const nats = connectNats({ ...natsServersOf(config), name: 'leadtriage-insights', log })
  onStop('nats', () => nats.close())

  const reader = createInsightReader(sql)
  const lookUps = createBatcher({
    maxBatchSize: 100,
    maxInFlight: 2,
    maxQueued: 10_000,
    flush: reader.lookUpAll,
    failsAll: isTransient,
    onFlush: measureBatches(metrics)('look_ups'),
  })
  onStop('look-ups', () => lookUps.drain())
  const arrivals = createInsightArrivals({
    nats,
    names,
    findSettled: reader.findSettled,
    maxWaiting: 10_000,
    log,
  })
  const searchIndex = keepSearchIndex({ databaseUrl, log })
  onStop('search index', () => searchIndex.stop())
  const frequencies = startFacetFrequencies(sql, log, { onStop })
  const list = createListStore(reads, frequencies)
  const stats = createStatsStore(reads)
  const corrections = createCorrectionStore(sql)
  const events = createCorrectionEvents({ nats, names, store: corrections, log })
  onStop('events of corrections', () => events.drain())
  startCorrectionJobs({ corrections, events, log }, { onStop })
  const overviews = createOverviewStore(sql)
  const rollUps = startRollUps({ databaseUrl, log })
  onStop('roll-ups', () => rollUps.stop())
  const methods: InsightsMethods = {
    getInsight: (request, signal) => getInsight({ lookUp: lookUps.submit, arrivals }, request, signal),
    listInsights: (input, principal, signal) => listInsights(list, input, principal, signal),
    getStats: (input) => getStats(stats, input),
    listCorrections: (principal, input) => listCorrections(corrections, principal, input),
    getLeadOverview: (principal, leadId) => getLeadOverview(overviews, principal, leadId),
    correctInsight: (caller, leadId, input) =>
      correctInsight({ lookUp: lookUps.submit, corrections, events }, caller, leadId, input),
    exportInsights: createExport(list),
    watchInsights: startWatching({
      ...{ sql, frequencies, nats, names, maxWatchers: config.MAX_WATCHERS, log },
      startCall: limits.createConcurrencyLimit('watchers', config.MAX_WATCHERS_PER_CLIENT),
    }),
  }

  const server = await startServer({
    api: insightsApi,
    host: config.HOST,
    port: config.INSIGHTS_PORT,
    services: [insightsRpc(methods)],
    access: auth.access,
    trustedProxies: config.TRUSTED_PROXIES,
    isAllowedOrigin: createOriginCheck(config.CORS_ORIGINS),
    rest: (app, _failLate, streams) => {
      registerInsightsRest(app, methods, streams)
      registerWatchRest(app, methods.watchInsights, streams)
      registerSignInRest(app, signIn)
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
  // runs first: the server can close only after waiting calls have returned
  onStop('waiting calls', async () => arrivals.stop())
  log.info({ url: server.url }, 'insights is listening')
  return server
}

if (import.meta.main) await runService('insights', insightsSettings, startInsights)
