import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Sql } from '../lib/postgres/connect.ts'
import { connectOnce } from '../lib/postgres/connect.ts'

const MIGRATIONS = fileURLToPath(new URL('migrations/', import.meta.url))
/** Advisory lock that serializes migrations. The number is arbitrary but must not change. */
const LOCK_ID = 5_303_180_947

/** The schema version this code needs: the number of the newest file in `migrations/`. */
export function neededVersion(): number {
  return Math.max(...readdirSync(MIGRATIONS).map((file) => Number.parseInt(file, 10)))
}

/**
 * Migrates a database to {@link neededVersion}, forward only. Safe to run concurrently: the second call waits for the
 * first and finds nothing to do. Does not touch a schema that is newer than this code.
 *
 * @param databaseUrl must name a user that may create tables
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const sql = connectOnce(databaseUrl)
  try {
    // a session lock on the only connection: the server releases it if this process dies
    await sql`select pg_advisory_lock(${LOCK_ID})`
    if ((await currentVersion(sql)) < neededVersion()) await runMigrations(sql)
    await forgetForeignTransactions(sql)
  } finally {
    await sql.end()
  }
}

async function runMigrations(sql: Sql): Promise<void> {
  const { default: Postgrator } = await import('postgrator') // loaded lazily: rarely needed
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: 'schema_version',
    migrationPattern: `${MIGRATIONS}*.sql`,
    execQuery: async (query) => ({ rows: await sql.unsafe(query) }),
    // a simple query with several statements is one transaction, so a migration is atomic
    execSqlScript: async (script) => {
      await sql.unsafe(script)
    },
  })
  await postgrator.migrate()
}

/**
 * After a dump was restored into another server, insights have the numbers of transactions of the old one. Those that are
 * ahead of this server would be sent to watchers again when it reaches them. No row of this server's own is ahead.
 */
async function forgetForeignTransactions(sql: Sql): Promise<void> {
  await sql`update insights set changed_in = '0' where changed_in >= pg_snapshot_xmax(pg_current_snapshot())`
}

/**
 * Returns the schema version of a database; 0 for an empty database.
 * @param ask awaits one statement; lets the caller add a timeout
 */
export async function currentVersion(
  sql: Sql,
  ask: <T>(statement: Promise<T>) => Promise<T> = (statement) => statement,
): Promise<number> {
  const [table] = await ask(sql<{ exists: boolean }[]>`select to_regclass('schema_version') is not null as exists`)
  if (table?.exists !== true) return 0
  const versions = sql<{ version: number }[]>`select coalesce(max(version), 0)::int as version from schema_version`
  return (await ask(versions))[0]?.version ?? 0
}

if (import.meta.main) {
  const { passwordSettings, passwordsOf, setServiceLogins } = await import('./service-logins.ts')
  const { bootstrapSettings, storeBootstrapKey } = await import('./bootstrap-key.ts')
  const { commonSettings, loadConfig } = await import('../lib/config/load-config.ts')
  const { databaseUrlOf } = await import('../lib/postgres/database-url.ts')
  try {
    const { DATABASE_URL, DATABASE_CA_FILE } = commonSettings
    const settings = { DATABASE_URL, DATABASE_CA_FILE, ...passwordSettings, ...bootstrapSettings }
    const config = loadConfig(settings, process.env)
    const databaseUrl = databaseUrlOf(config)
    await migrate(databaseUrl)
    process.stdout.write(`schema is at version ${neededVersion()}\n`)
    for (const service of await setServiceLogins(databaseUrl, passwordsOf(config))) {
      process.stdout.write(`login of ${service} is set\n`)
    }
    const key = config.BOOTSTRAP_API_KEY
    if (key !== undefined) {
      const stored = await storeBootstrapKey(databaseUrl, { text: key, by: 'migrate', unless: 'any' })
      const outcome = stored ? 'is stored' : 'is ignored, because an API key exists or existed'
      process.stdout.write(`BOOTSTRAP_API_KEY ${outcome}\n`)
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
