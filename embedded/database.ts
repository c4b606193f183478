import type { ServiceName } from '../db/service-logins.ts'
import { StartError } from './start-error.ts'

const DATABASE = 'leadtriage'

/** Creates and migrates the database in the embedded PostgreSQL. Returns a URL for each service, with its own login. */
export async function prepareEmbeddedDatabase(superuserUrl: string): Promise<Record<ServiceName, string>> {
  const [{ migrate }, { createServiceLogins }] = await Promise.all([
    import('../db/migrate.ts'),
    import('../db/service-logins.ts'),
  ])
  const url = await createDatabase(superuserUrl)
  await migrate(url)
  return createServiceLogins(url)
}

/** Migrates the database of DATABASE_URL, with DATABASE_CA_FILE. Every service uses this URL. */
export async function prepareExternalDatabase(databaseUrl: string): Promise<Record<ServiceName, string>> {
  const { migrate } = await import('../db/migrate.ts')
  const { databaseUrlOf } = await import('../lib/postgres/database-url.ts')
  const DATABASE_CA_FILE = process.env.DATABASE_CA_FILE || undefined
  const migrated = async () => migrate(databaseUrlOf({ DATABASE_URL: databaseUrl, DATABASE_CA_FILE }))
  await migrated().catch((cause: Error) => {
    throw new StartError(`Cannot migrate the database of DATABASE_URL: ${cause.message}`, { cause })
  })
  return { intake: databaseUrl, triage: databaseUrl, insights: databaseUrl }
}

/**
 * Stores an API key with all scopes if there has never been a key, so that calls can authenticate.
 * @returns the text of the key, which cannot be read again; undefined if a key exists
 */
export async function createFirstKey(databaseUrl: string): Promise<string | undefined> {
  const [{ storeBootstrapKey }, { generateKey }] = await Promise.all([
    import('../db/bootstrap-key.ts'),
    import('../lib/auth/api-key.ts'),
  ])
  const text = generateKey('secret')
  return (await storeBootstrapKey(databaseUrl, { text, by: 'cli', unless: 'any' })) ? text : undefined
}

async function createDatabase(superuserUrl: string): Promise<string> {
  const { default: postgres } = await import('postgres')
  const sql = postgres(superuserUrl, { max: 1 })
  try {
    const found = await sql`select from pg_database where datname = ${DATABASE}`
    if (found.count === 0) await sql.unsafe(`create database ${DATABASE}`)
  } finally {
    await sql.end()
  }
  const url = new URL(superuserUrl)
  url.pathname = `/${DATABASE}`
  return url.href
}
