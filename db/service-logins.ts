import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { scramVerifier } from './scram-verifier.ts'

const SERVICES = ['intake', 'triage', 'insights'] as const
export type ServiceName = (typeof SERVICES)[number]

/** The passwords of the services' users; one that is not given is left as it is. */
export type ServicePasswords = Partial<Record<ServiceName, string>>

/** Names the lock that makes a second call wait for the first. Any number, but always this one. */
const LOCK_ID = 5_303_180_948
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/

/**
 * Gives each service a user of its own on a server that is ours alone (the embedded one, a test's), so that the
 * grants of the migrations are in force there too. Passwords are new at every call.
 *
 * @param adminUrl of a user who may create roles, naming the migrated database
 * @returns the URL of the same database for each service
 */
export async function createServiceLogins(adminUrl: string): Promise<Record<ServiceName, string>> {
  const passwords = { intake: newPassword(), triage: newPassword(), insights: newPassword() }
  await setServiceLogins(adminUrl, passwords)
  const urlOf = (service: ServiceName) =>
    Object.assign(new URL(adminUrl), { username: userOf(service), password: passwords[service] }).href
  return { intake: urlOf('intake'), triage: urlOf('triage'), insights: urlOf('insights') }
}

/**
 * Makes the users `intake_service`, `triage_service` and `insights_service`, each in the role that the migrations have
 * granted its rights to, or gives them another password. Connections that are open stay open.
 *
 * @param adminUrl of a user who may create roles, naming the migrated database
 */
export async function setServiceLogins(adminUrl: string, passwords: ServicePasswords): Promise<void> {
  const given = SERVICES.filter((service) => passwords[service] !== undefined)
  if (given.length === 0) return
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined, connect_timeout: 10 })
  try {
    // a session lock: two that change the same role at once would fail; the server frees it should this process die
    await sql`select pg_advisory_lock(${LOCK_ID})`
    for (const service of given) await sql.unsafe(loginStatements(service, passwords[service] ?? ''))
  } finally {
    await sql.end()
  }
}

/**
 * Reads `INTAKE_DATABASE_PASSWORD`, `TRIAGE_DATABASE_PASSWORD` and `INSIGHTS_DATABASE_PASSWORD`; empty counts as not set.
 * @throws Error that names every variable at fault, without its value
 */
export function readServicePasswords(env: NodeJS.ProcessEnv): ServicePasswords {
  const given = SERVICES.flatMap((service) => {
    const variable = `${service.toUpperCase()}_DATABASE_PASSWORD`
    const password = env[variable]
    return password ? [{ service, variable, password }] : []
  })
  const faults = given
    .filter(({ password }) => !PRINTABLE_ASCII.test(password))
    .map(({ variable }) => `${variable} is wrong: it must consist of ASCII characters without spaces`)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return Object.fromEntries(given.map(({ service, password }) => [service, password]))
}

/** Roles belong to the whole server: the user may be there from another database. */
function loginStatements(service: ServiceName, password: string): string {
  const user = userOf(service)
  // neither a name nor a verifier can hold a quote
  return `
    do $$ begin
      if not exists (select from pg_roles where rolname = '${user}') then
        create role ${user} login in role leadtriage_${service};
      end if;
    end $$;
    alter role ${user} login password '${scramVerifier(password)}';
  `
}

function userOf(service: ServiceName): string {
  return `${service}_service`
}

function newPassword(): string {
  return randomBytes(18).toString('base64url')
}
