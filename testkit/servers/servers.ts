import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { startNats } from '../../embedded/nats.ts'
import { findNatsServer } from '../../embedded/nats-server/find-nats-server.ts'
import { startPostgres } from '../../embedded/postgres.ts'
import { eventually } from '../eventually.ts'
import { nonEphemeralPort } from '../ports.ts'
import { startReaper } from '../processes/reaper.ts'
import type { BreakableServer } from './breakable-server.ts'
import { startBreakable } from './breakable-server.ts'
import type { DatabaseUrls } from './template-database.ts'
import { createTemplate, inDatabase, TEMPLATE } from './template-database.ts'

/**
 * The PostgreSQL and nats-server of one run, with empty data at the start. They keep running whatever is done to them.
 */
export interface Servers {
  readonly postgres: BreakableServer
  readonly nats: BreakableServer
  /** Where nats-server keeps its streams. A fault may remove it. */
  readonly jetStreamDir: string
  /** The nats-server program. */
  readonly natsProgram: string
  /** A folder that is removed with the servers. */
  readonly scratchDir: string
  /**
   * Creates a migrated database.
   * @param isEmpty creates an empty one instead, with users that have no rights in it yet. Default: false
   */
  createDatabase(name: string, isEmpty?: boolean): Promise<DatabaseUrls>
  dropDatabase(name: string): Promise<void>
  stop(): Promise<void>
}

/** @param postgresSettings see {@link startPostgres} */
export async function startServers(
  print: (line: string) => void,
  postgresSettings: readonly string[] = [],
): Promise<Servers> {
  const { bin } = await findNatsServer({ onProgress: print })
  const scratchDir = await mkdtemp(join(tmpdir(), 'leadtriage-testkit-'))
  const dismissReaper = startReaper(scratchDir)
  const started: BreakableServer[] = []
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()))
    await rm(scratchDir, { recursive: true, force: true })
    dismissReaper()
  }
  try {
    const [postgresPort, natsPort] = [await nonEphemeralPort(), await nonEphemeralPort()]
    // durable, as in production: what is committed survives a SIGKILL
    const database = await startBreakable(() =>
      startPostgres({ dataDir: join(scratchDir, 'postgres'), port: postgresPort, settings: postgresSettings }),
    )
    started.push(database)
    const storeDir = join(scratchDir, 'nats')
    const nats = await startBreakable(() => startNats({ bin, storeDir, port: natsPort }))
    started.push(nats)
    const template = await createTemplate(database.url)
    return {
      postgres: database,
      nats,
      jetStreamDir: join(storeDir, 'jetstream'),
      natsProgram: bin,
      scratchDir,
      createDatabase: async (name, isEmpty = false) => {
        const source = isEmpty ? 'template1' : TEMPLATE
        await asAdmin(database.url, (sql) => sql.unsafe(`create database ${name} template ${source}`))
        return inDatabase(template, name)
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

/** PostgreSQL and nats-server with their versions, for the first line of a report. */
export function describeServers({ postgres, nats }: Servers): string {
  return `PostgreSQL ${postgres.version}, nats-server ${nats.version}`
}

/** Waits until PostgreSQL executes queries, for example after its recovery. */
export async function untilPostgresAnswers(sql: postgres.Sql): Promise<void> {
  const probe = () => sql`select`.then(() => true)
  await eventually(probe, { timeoutMs: 60_000, intervalMs: 100, otherwise: 'PostgreSQL is unreachable' })
}

/** Waits first until PostgreSQL answers: the previous run may have left it in recovery. */
async function asAdmin(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, backoff: () => 0.2 })
  try {
    await untilPostgresAnswers(sql)
    await work(sql)
  } finally {
    await sql.end()
  }
}
