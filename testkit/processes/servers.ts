import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { migrate } from '../../db/migrate.ts'
import { createServiceLogins, type ServiceName } from '../../db/service-logins.ts'
import { startNats } from '../../embedded/nats.ts'
import { findNatsServer } from '../../embedded/nats-server/find-nats-server.ts'
import { portToKeep } from '../../embedded/ports.ts'
import { startPostgres } from '../../embedded/postgres.ts'
import type { BreakableServer } from './breakable-server.ts'
import { startBreakable } from './breakable-server.ts'
import { startReaper } from './reaper.ts'
import { untilAnswers } from './until-answers.ts'

/** The servers of one run, on fresh data and ours alone. They outlive whatever is done to them. */
export interface Servers {
  readonly postgres: BreakableServer
  readonly nats: BreakableServer
  /** Where nats-server keeps its streams; to be removed. */
  readonly jetStreamDir: string
  /** The nats-server program. */
  readonly natsProgram: string
  /** A folder that goes away with the servers. */
  readonly scratchDir: string
  /** Makes a migrated database; gives its URL for its owner and for each service. */
  createDatabase(name: string): Promise<{ ownerUrl: string; serviceUrls: Record<ServiceName, string> }>
  dropDatabase(name: string): Promise<void>
  stop(): Promise<void>
}

const TEMPLATE = 'harness_template'

/** @param postgresSettings see {@link startPostgres} */
export async function startServers(
  say: (line: string) => void,
  postgresSettings: readonly string[] = [],
): Promise<Servers> {
  const { bin } = await findNatsServer({ onProgress: say })
  const scratchDir = await mkdtemp(join(tmpdir(), 'leadtriage-harness-'))
  const dismissReaper = startReaper(scratchDir)
  const started: BreakableServer[] = []
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()))
    await rm(scratchDir, { recursive: true, force: true })
    dismissReaper()
  }
  try {
    const [postgresPort, natsPort] = [await portToKeep(), await portToKeep()]
    // durable, as in production: what is committed survives whatever is killed
    const database = await startBreakable(() =>
      startPostgres({ dataDir: join(scratchDir, 'postgres'), port: postgresPort, settings: postgresSettings }),
    )
    started.push(database)
    const storeDir = join(scratchDir, 'nats')
    const nats = await startBreakable(() => startNats({ bin, storeDir, port: natsPort }))
    started.push(nats)
    const template = await prepareTemplate(database.url)
    return {
      postgres: database,
      nats,
      jetStreamDir: join(storeDir, 'jetstream'),
      natsProgram: bin,
      scratchDir,
      createDatabase: async (name) => {
        await asAdmin(database.url, (sql) => sql.unsafe(`create database ${name} template ${TEMPLATE}`))
        const named = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
        const { intake, triage, insights } = template.serviceUrls
        return {
          ownerUrl: named(database.url),
          serviceUrls: { intake: named(intake), triage: named(triage), insights: named(insights) },
        }
      },
      dropDatabase: async (name) => {
        await asAdmin(database.url, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`))
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function prepareTemplate(url: string): Promise<{ serviceUrls: Record<ServiceName, string> }> {
  await asAdmin(url, (sql) => sql.unsafe(`create database ${TEMPLATE}`))
  const templateUrl = Object.assign(new URL(url), { pathname: `/${TEMPLATE}` }).href
  await migrate(templateUrl)
  return { serviceUrls: await createServiceLogins(templateUrl) }
}

/** The run before may have left the server in its recovery: then this waits for it. */
async function asAdmin(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, backoff: () => 0.2 })
  try {
    await untilAnswers(sql)
    await work(sql)
  } finally {
    await sql.end()
  }
}
