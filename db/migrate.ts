import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'

const MIGRATIONS = fileURLToPath(new URL('migrations/', import.meta.url))
/** Names the lock that makes a second migration wait for the first. Any number, but always this one. */
const LOCK_ID = 5_303_180_947

/** The version of the schema that this code needs: that of the newest file in `migrations/`. */
export function neededVersion(): number {
  return Math.max(...readdirSync(MIGRATIONS).map((file) => Number.parseInt(file, 10)))
}

/**
 * Brings the schema of a database up to date, forward only. Safe to run from two places at once: the second waits
 * for the first and finds nothing to do. A schema that is newer than this code is left alone.
 *
 * @param databaseUrl of a user who may create tables
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined, connect_timeout: 10 })
  try {
    // a session lock on the one connection: released by the server should this process die
    await sql`select pg_advisory_lock(${LOCK_ID})`
    if ((await currentVersion(sql)) >= neededVersion()) return
    const { default: Postgrator } = await import('postgrator') // rarely needed, so loaded when it is
    const postgrator = new Postgrator({
      driver: 'pg',
      schemaTable: 'schema_version',
      migrationPattern: `${MIGRATIONS}*.sql`,
      execQuery: async (query) => ({ rows: await sql.unsafe(query) }),
      // several statements in one simple query are one transaction: a migration happens whole or not at all
      execSqlScript: async (script) => {
        await sql.unsafe(script)
      },
    })
    await postgrator.migrate()
  } finally {
    await sql.end()
  }
}

/**
 * The version of the schema that a database has; 0 when it has none.
 * @param ask waits for one statement; for a timeout
 */
export async function currentVersion(
  sql: postgres.Sql,
  ask: <T>(statement: Promise<T>) => Promise<T> = (statement) => statement,
): Promise<number> {
  const [table] = await ask(sql<{ exists: boolean }[]>`select to_regclass('schema_version') is not null as exists`)
  if (table?.exists !== true) return 0
  const versions = sql<{ version: number }[]>`select coalesce(max(version), 0)::int as version from schema_version`
  return (await ask(versions))[0]?.version ?? 0
}

if (import.meta.main) {
  const { readServicePasswords, setServiceLogins } = await import('./service-logins.ts')
  const databaseUrl = process.env.DATABASE_URL
  if (!databaseUrl) {
    fail('DATABASE_URL is missing: set it, for example, to postgres://user:password@127.0.0.1:5432/leadtriage')
  }
  try {
    const passwords = readServicePasswords(process.env)
    await migrate(databaseUrl)
    process.stdout.write(`the schema is at version ${neededVersion()}\n`)
    await setServiceLogins(databaseUrl, passwords)
    for (const service of Object.keys(passwords)) process.stdout.write(`${service} has its login\n`)
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
