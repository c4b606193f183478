import postgres, { type Sql } from 'postgres'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import { environmentForNode, NODE_ARGS } from '../../testkit/processes/node-program.ts'
import { createLauncher } from '../../testkit/services/launcher.ts'
import type { WatchedProcess } from '../measure/process-usage.ts'
import { watchStatements } from '../measure/statements.ts'
import { createCheckoutDatabase } from './checkout-database.ts'
import type { Servers } from './servers.ts'
import { serverProcesses } from './servers.ts'
import type { Target } from './target.ts'

/** The services as processes, with their own database and streams. */
export interface Product extends Target {
  readonly insightsUrl: string
  /** The source of `InsightReady` events for the load generator. */
  readonly insightEvents: { readonly natsUrl: string; readonly subjects: string }
}

export interface ProductOptions {
  readonly servers: Servers
  /** Names the database and the streams; must be unique. */
  readonly name: string
  /** Default: 1. */
  readonly triageWorkers?: number
  /** Whether to collect statement statistics. Default: false. */
  readonly watchStatements?: boolean
  /** Fills the database before the services start. */
  readonly prepare?: (sql: Sql) => Promise<void>
  /** The root of the checkout whose services and migrations are used. Default: this one. */
  readonly checkout?: string | undefined
  /** Settings of every service. */
  readonly env?: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

export async function startProduct(options: ProductOptions): Promise<Product> {
  const { servers, name, triageWorkers = 1, prepare, checkout, signal } = options
  const { ownerUrl, serviceUrls } =
    checkout === undefined ? await servers.createDatabase(name) : await createCheckoutDatabase(servers, name, checkout)
  const sql = postgres(ownerUrl, { max: 2, onnotice: () => undefined })
  const { startReady, stopAll } = createLauncher({
    namespace: name,
    databaseUrls: serviceUrls,
    natsUrl: servers.nats.url,
    logDir: servers.scratchDir,
    mark: servers.scratchDir,
    env: { ...environmentForNode(servers.scratchDir), ...options.env },
    nodeArgs: NODE_ARGS,
    checkout,
    signal,
  })
  const stop = async () => {
    await stopAll()
    await sql.end()
    await servers.dropDatabase(name)
  }
  try {
    await prepare?.(sql)
    const watchesStatements = (options.watchStatements ?? false) && servers.hasStatementStatistics
    if (watchesStatements) await watchStatements(sql)
    const intake = await startReady('intake') // first, because it creates the streams
    const [insights, ...triages] = await Promise.all([
      startReady('insights'),
      ...Array.from({ length: triageWorkers }, (_, number) => startReady('triage', number)),
    ])
    const processes: WatchedProcess[] = [
      { name: 'intake', pid: intake.pid, withChildren: false },
      ...triages.map(({ pid }, number) => ({ name: `triage ${number + 1}`, pid, withChildren: false })),
      { name: 'insights', pid: insights.pid, withChildren: false },
      ...serverProcesses(servers),
    ]
    return {
      name: 'leadtriage',
      url: intake.url,
      insightsUrl: insights.url,
      insightEvents: { natsUrl: servers.nats.url, subjects: jetStreamNames(name).insightReadySubjects },
      sql,
      watchesStatements,
      processes,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
