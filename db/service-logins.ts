import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Config } from '../lib/config/load-config.ts'
import { secretSetting } from '../lib/config/secret-settings.ts'
import { connectOnce } from '../lib/postgres/connect.ts'

export const SERVICE_NAMES = ['intake', 'triage', 'insights'] as const
export type ServiceName = (typeof SERVICE_NAMES)[number]

/** The passwords of the services' database users; users without an entry are not changed. */
export type ServicePasswords = Partial<Record<ServiceName, string | undefined>>

/** Advisory lock that serializes calls. The number is arbitrary but must not change. */
const LOCK_ID = 5_303_180_948
const SCRAM_ITERATIONS = 4_096 // PostgreSQL's own default
const SCRAM_KEY_BYTES = 32
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/

/**
 * Creates a database user for each service on a private server (embedded, or of a test), so that the grants of the
 * migrations apply there too. Generates new passwords on every call.
 *
 * @param adminUrl must name the migrated database and a user that may create roles
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
 * Creates the users `intake_service`, `triage_service` and `insights_service`, each a member of the role that holds its
 * grants, or changes their passwords. Open connections stay open.
 *
 * @param adminUrl must name the migrated database and a user that may create roles
 * @returns the services whose users were set
 */
export async function setServiceLogins(adminUrl: string, passwords: ServicePasswords): Promise<ServiceName[]> {
  const given = SERVICE_NAMES.filter((service) => passwords[service] !== undefined)
  if (given.length === 0) return []
  const sql = connectOnce(adminUrl)
  try {
    // concurrent changes of one role fail, hence the lock; the server releases it if this process dies
    await sql`select pg_advisory_lock(${LOCK_ID})`
    for (const service of given) await sql.unsafe(loginStatements(service, passwords[service] ?? ''))
    return given
  } finally {
    await sql.end()
  }
}

const passwordSetting = () =>
  secretSetting(
    z.string().regex(PRINTABLE_ASCII, { error: 'must consist of ASCII characters without spaces' }).optional(),
  )

/** The settings of the passwords of the services' users. */
export const passwordSettings = {
  INTAKE_DATABASE_PASSWORD: passwordSetting(),
  TRIAGE_DATABASE_PASSWORD: passwordSetting(),
  INSIGHTS_DATABASE_PASSWORD: passwordSetting(),
} as const

export function passwordsOf(config: Config<typeof passwordSettings>): ServicePasswords {
  return {
    intake: config.INTAKE_DATABASE_PASSWORD,
    triage: config.TRIAGE_DATABASE_PASSWORD,
    insights: config.INSIGHTS_DATABASE_PASSWORD,
  }
}

/** Roles are server-wide, so the user may already exist because of another database. */
function loginStatements(service: ServiceName, password: string): string {
  const user = userOf(service)
  // neither the name nor the verifier can contain a quote
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

/**
 * Computes the SCRAM verifier that PostgreSQL stores for a password (RFC 5803:
 * `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`). `alter role … password` accepts a verifier, so the
 * password itself appears in no statement, log or error.
 *
 * @param password must be ASCII: other characters would need SASLprep (RFC 4013)
 */
function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, SCRAM_KEY_BYTES, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
