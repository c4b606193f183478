import { createHash } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import postgres from 'postgres'
import type { ServiceName } from '../../db/service-logins.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import type { TcpProxy } from '../../testkit/tcp-proxy.ts'
import { startTcpProxy } from '../../testkit/tcp-proxy.ts'
import type { NatsCluster } from './nats-cluster.ts'
import type { Services } from './services.ts'
import { startServices } from './services.ts'

/** The product with its own database and streams, into which one fault is injected. */
export interface Stack extends Services {
  readonly servers: Servers
  /** Between the services and the servers, when the fault is `proxied`. */
  readonly proxies: { readonly postgres: TcpProxy; readonly nats: TcpProxy } | undefined
  /** Replaces the single nats-server, when the fault is `cluster`. */
  readonly cluster: NatsCluster | undefined
  /** The database as its owner, not through a proxy. */
  readonly sql: postgres.Sql
  /** Not through a proxy. */
  readonly nats: NatsConnection
  readonly names: JetStreamNames
  /** Kills the processes and removes the database and the streams. */
  remove(): Promise<void>
}

export interface StackOptions {
  readonly servers: Servers
  readonly name: RunName
  readonly cluster: NatsCluster | undefined
  /** Whether the services connect to the servers through proxies. */
  readonly proxied: boolean
  /** Where the services log. */
  readonly logDir: string
  readonly signal: AbortSignal
}

/** The names of one run of one fault. */
export interface RunName {
  /** The fault and the seed, for people and file names. */
  readonly label: string
  /** For the database, the streams and NATS_NAMESPACE. Always 22 characters; NATS_NAMESPACE allows 32. */
  readonly namespace: string
}

export function nameRun(fault: string, seed: number): RunName {
  const label = `${fault}-${seed}`
  return { label, namespace: `chaos_${createHash('sha256').update(label).digest('hex').slice(0, 16)}` }
}

/** The node of a cluster that the first process of a service connects to. The second connects to the next node. */
const FIRST_NODE: Record<ServiceName, number> = { intake: 0, triage: 1, insights: 0 }

export async function startStack({ servers, name, cluster, proxied, logDir, signal }: StackOptions): Promise<Stack> {
  const { label, namespace } = name
  const undo: (() => Promise<unknown>)[] = []
  const remove = async () => {
    for (const step of undo.reverse()) await step().catch((error: unknown) => process.stderr.write(`${error}\n`))
  }
  try {
    const { ownerUrl, serviceUrls } = await servers.createDatabase(namespace)
    undo.push(() => servers.dropDatabase(namespace))
    const sql = postgres(ownerUrl, { max: 3, onnotice: () => undefined, connect_timeout: 5, backoff: () => 0.2 })
    undo.push(() => sql.end({ timeout: 2 }))
    const names = jetStreamNames(namespace)
    const natsUrls = cluster?.urls ?? [servers.nats.url]
    const nats = await connect({ servers: [...natsUrls], maxReconnectAttempts: -1, reconnectTimeWait: 200 })
    undo.push(() => nats.close())
    undo.push(() => deleteStreams(nats, names))
    const proxies = proxied ? await startProxies(servers) : undefined
    undo.push(() => Promise.all([proxies?.postgres.close(), proxies?.nats.close()]))

    const databaseUrl = (service: ServiceName) =>
      proxies?.postgres.through(serviceUrls[service]) ?? serviceUrls[service]
    const services = await startServices({
      namespace,
      databaseUrls: {
        intake: databaseUrl('intake'),
        triage: databaseUrl('triage'),
        insights: databaseUrl('insights'),
      },
      natsUrl: proxies?.nats.url ?? servers.nats.url,
      logDir,
      label,
      mark: servers.scratchDir,
      env: { NATS_REPLICAS: cluster ? '3' : '1' },
      envOf: (service, number) =>
        cluster ? { NATS_URL: cluster.urls[(FIRST_NODE[service] + number) % cluster.urls.length] } : {},
      signal,
    })
    undo.push(services.killServices)
    return { ...services, servers, proxies, cluster, sql, nats, names, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function startProxies({ postgres: database, nats }: Servers) {
  return { postgres: await startTcpProxy(database.url), nats: await startTcpProxy(nats.url) }
}

async function deleteStreams(nats: NatsConnection, names: JetStreamNames): Promise<void> {
  const manager = await jetstreamManager(nats, { checkAPI: false, timeout: 2_000 })
  for (const stream of [names.leadsStream, names.insightsStream]) {
    await manager.streams.delete(stream).catch(() => undefined)
  }
}
