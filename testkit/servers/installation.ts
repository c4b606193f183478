import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import postgres from 'postgres'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import type { Servers } from './servers.ts'
import type { DatabaseUrls } from './template-database.ts'

/** What one installation of the product needs on the servers of a run: a database and stream names. */
export interface Installation extends DatabaseUrls {
  readonly names: JetStreamNames
  /** The database as its owner. */
  readonly sql: postgres.Sql
  /** On a connection that no service uses. */
  readonly nats: NatsConnection
  /** Adds a step to `remove`. Steps run in reverse order. */
  onRemove(step: () => Promise<unknown>): void
  /** Deletes the streams and drops the database. Steps that fail are printed to standard error. */
  remove(): Promise<void>
}

export async function createInstallation(options: {
  readonly servers: Servers
  readonly namespace: string
  /** Default: the nats-server of `servers`. */
  readonly natsUrls?: readonly string[] | undefined
}): Promise<Installation> {
  const { servers, namespace, natsUrls = [servers.nats.url] } = options
  const steps: (() => Promise<unknown>)[] = []
  const remove = async () => {
    for (const step of steps.splice(0).reverse()) {
      await step().catch((error: unknown) => process.stderr.write(`${error}\n`))
    }
  }
  try {
    const urls = await servers.createDatabase(namespace)
    steps.push(() => servers.dropDatabase(namespace))
    const sql = postgres(urls.ownerUrl, { max: 3, onnotice: () => undefined, connect_timeout: 5, backoff: () => 0.2 })
    steps.push(() => sql.end({ timeout: 2 }))
    const names = jetStreamNames(namespace)
    const nats = await connect({ servers: [...natsUrls], maxReconnectAttempts: -1, reconnectTimeWait: 200 })
    steps.push(() => nats.close())
    steps.push(() => deleteStreams(nats, names))
    return { ...urls, names, sql, nats, onRemove: (step) => void steps.push(step), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Deletes the streams of an installation, as far as they exist. */
export async function deleteStreams(nats: NatsConnection, names: JetStreamNames): Promise<void> {
  const manager = await jetstreamManager(nats, { checkAPI: false, timeout: 2_000 })
  for (const stream of [names.leadsStream, names.insightsStream]) {
    await manager.streams.delete(stream).catch(() => undefined)
  }
}
