import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import postgres from 'postgres'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import { createLauncher } from '../../testkit/services/launcher.ts'
import type { Service } from '../../testkit/services/service.ts'

/** One installation: an intake and two triage workers as processes, with their own database and streams. */
export interface Lane {
  readonly name: string
  readonly intake: Service
  readonly triages: readonly [Service, Service]
  /** The database as its owner. */
  readonly sql: postgres.Sql
  /** On a connection that no service uses. */
  readonly manager: JetStreamManager
  readonly names: JetStreamNames
  /** How processes ended that nothing stopped. */
  readonly crashes: readonly string[]
  /** Kills the processes and removes the database and the streams. */
  remove(): Promise<void>
}

export async function startLane(options: {
  servers: Servers
  name: string
  logDir: string
  signal: AbortSignal
}): Promise<Lane> {
  const { servers, name, logDir, signal } = options
  const undo: (() => Promise<unknown>)[] = []
  const remove = async () => {
    for (const step of undo.reverse()) await step().catch((error: unknown) => process.stderr.write(`${error}\n`))
  }
  try {
    const { ownerUrl, serviceUrls } = await servers.createDatabase(name)
    undo.push(() => servers.dropDatabase(name))
    const sql = postgres(ownerUrl, { max: 2, onnotice: () => undefined })
    undo.push(() => sql.end({ timeout: 2 }))
    const names = jetStreamNames(name)
    const nats = await connect({ servers: servers.nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 200 })
    undo.push(() => nats.close())
    const manager = await jetstreamManager(nats, { timeout: 10_000 })
    for (const stream of [names.leadsStream, names.insightsStream]) {
      undo.push(() => manager.streams.delete(stream).catch(() => undefined))
    }
    const { startReady, crashes, killAll } = createLauncher({
      namespace: name,
      databaseUrls: serviceUrls,
      natsUrl: servers.nats.url,
      logDir,
      mark: servers.scratchDir,
      signal,
    })
    undo.push(killAll)
    const [intake, first, second] = await Promise.all([
      startReady('intake'),
      startReady('triage', 0),
      startReady('triage', 1),
    ])
    return { name, intake, triages: [first, second], sql, manager, names, crashes, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
