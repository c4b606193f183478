import { join } from 'node:path'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import postgres from 'postgres'
import type { ServiceName } from '../../db/service-logins.ts'
import type { RunningProcess } from '../../embedded/child-process.ts'
import { trySignal } from '../../embedded/processes.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import type { Servers } from '../../testkit/processes/servers.ts'
import type { Service } from '../../testkit/processes/service.ts'
import { startService, untilReady } from '../../testkit/processes/service.ts'

/** One installation: an intake and two triage workers as processes, on a database and streams of their own. */
export interface Lane {
  readonly name: string
  readonly intake: Service
  readonly triages: readonly [Service, Service]
  /** The database as its owner. */
  readonly sql: postgres.Sql
  /** A connection of the test's own. */
  readonly manager: JetStreamManager
  readonly names: JetStreamNames
  /** How processes ended that were not told to. */
  crashes(): readonly string[]
  /** Ends everything and removes its traces from the servers. */
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
    const running = new Set<RunningProcess>()
    const crashes: string[] = []
    let removing = false
    undo.push(async () => {
      removing = true
      const alive = [...running]
      for (const { pid } of alive) trySignal(pid, 'SIGKILL')
      await Promise.all(alive.map(({ exited }) => exited))
    })
    const start = async (service: ServiceName, number: number) => {
      const started = await startService({
        name: service,
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: serviceUrls[service],
          NATS_URL: servers.nats.url,
          NATS_NAMESPACE: name,
          [`${service.toUpperCase()}_PORT`]: '0',
        },
        mark: servers.scratchDir,
        logFile: join(logDir, `${name}-${service}-${number}.log`),
        onSpawn: (child) => {
          running.add(child)
          void child.exited.then(({ code, signal: by }) => {
            running.delete(child)
            if (!removing) crashes.push(`${name}: ${service} ${number} ended by itself (${by ?? code})`)
          })
        },
      })
      await untilReady(started, signal)
      return started
    }
    const [intake, first, second] = await Promise.all([start('intake', 0), start('triage', 0), start('triage', 1)])
    return { name, intake, triages: [first, second], sql, manager, names, crashes: () => crashes, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
