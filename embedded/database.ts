import type { ServiceName } from '../db/service-logins.ts'
import { StartError } from './start-error.ts'

const DATABASE = 'leadtriage'

/** Makes and migrates the database in our own PostgreSQL. Gives each service the URL of a user with its rights only. */
export async function prepareOurDatabase(superuserUrl: string): Promise<Record<ServiceName, string>> {
  const [{ migrate }, { createServiceLogins }] = await Promise.all([
    import('../db/migrate.ts'),
    import('../db/service-logins.ts'),
  ])
  const url = await createDatabase(superuserUrl)
  await migrate(url)
  return createServiceLogins(url)
}

/** Migrates the database the person named. Every service uses the URL as it is. */
export async function prepareGivenDatabase(databaseUrl: string): Promise<Record<ServiceName, string>> {
  const { migrate } = await import('../db/migrate.ts')
  await migrate(databaseUrl).catch((cause: Error) => {
    throw new StartError(`The database of DATABASE_URL cannot be used or migrated: ${cause.message}`, { cause })
  })
  return { intake: databaseUrl, triage: databaseUrl, insights: databaseUrl }
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
