import { createHash } from 'node:crypto'
import type { ServiceName } from '../../db/service-logins.ts'
import type { Installation } from '../../testkit/servers/installation.ts'
import { createInstallation } from '../../testkit/servers/installation.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import type { TcpProxy } from '../../testkit/tcp-proxy.ts'
import { startTcpProxy } from '../../testkit/tcp-proxy.ts'
import type { NatsCluster } from './nats-cluster.ts'
import type { Services } from './services.ts'
import { startServices } from './services.ts'

/**
 * The product with its own database and streams, into which one fault is injected. `sql` and `nats` bypass the proxies.
 */
export interface Stack extends Services, Pick<Installation, 'sql' | 'nats' | 'names'> {
  readonly servers: Servers
  /** Between the services and the servers, when the fault is `proxied`. */
  readonly proxies: { readonly postgres: TcpProxy; readonly nats: TcpProxy } | undefined
  /** Replaces the single nats-server, when the fault is `cluster`. */
  readonly cluster: NatsCluster | undefined
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
  const installation = await createInstallation({ servers, namespace, natsUrls: cluster?.urls })
  const { serviceUrls, sql, nats, names, onRemove, remove } = installation
  try {
    const proxies = proxied ? await startProxies(servers) : undefined
    onRemove(() => Promise.all([proxies?.postgres.close(), proxies?.nats.close()]))

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
    onRemove(services.killServices)
    return { ...services, servers, proxies, cluster, sql, nats, names, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function startProxies({ postgres: database, nats }: Servers) {
  return { postgres: await startTcpProxy(database.url), nats: await startTcpProxy(nats.url) }
}
