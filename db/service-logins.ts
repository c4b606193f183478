import { randomBytes } from 'node:crypto'
import postgres from 'postgres'

const SERVICES = ['intake', 'triage', 'insights'] as const
export type ServiceName = (typeof SERVICES)[number]

/**
 * Gives each service a user of its own on a server that is ours alone (the embedded one, a test's), so that the
 * grants of the migrations are in force there too. Passwords are new at every call.
 *
 * @param adminUrl of a user who may create roles, naming the migrated database
 * @returns the URL of the same database for each service
 */
export async function createServiceLogins(adminUrl: string): Promise<Record<ServiceName, string>> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  try {
    const urls = SERVICES.map(async (service) => {
      const user = `${service}_service`
      const password = randomBytes(18).toString('base64url')
      // neither name nor password can hold a quote
      await sql.unsafe(`
        do $$ begin
          if not exists (select from pg_roles where rolname = '${user}') then
            create role ${user} login in role leadtriage_${service};
          end if;
        end $$;
        alter role ${user} login password '${password}';
      `)
      const url = new URL(adminUrl)
      url.username = user
      url.password = password
      return [service, url.href] as const
    })
    return Object.fromEntries(await Promise.all(urls)) as Record<ServiceName, string>
  } finally {
    await sql.end()
  }
}
