import { randomBytes } from 'node:crypto'

const SERVICES = ['intake', 'triage', 'insights'] as const
/** Where the components put the servers; the same with one server or three. */
const POSTGRES = 'postgres-rw:5432/leadtriage'
const NATS = 'nats:4222'
const OWNER = 'leadtriage'

/** A Secret by its name: the keys that pods read, with their values. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Every secret that an installation needs, with new passwords. */
export function createSecrets(): Secrets {
  const owner = password()
  const database = { intake: password(), triage: password(), insights: password() }
  const nats = { intake: password(), triage: password(), insights: password() }
  const services = SERVICES.map((service) => [
    `leadtriage-${service}`,
    {
      // the login that the migration makes for the service
      DATABASE_URL: `postgres://${service}_service:${database[service]}@${POSTGRES}`,
      NATS_URL: `nats://${service}:${nats[service]}@${NATS}`,
    },
  ])
  return {
    ...Object.fromEntries(services),
    'leadtriage-migrate': {
      DATABASE_URL: `postgres://${OWNER}:${owner}@${POSTGRES}`,
      INTAKE_DATABASE_PASSWORD: database.intake,
      TRIAGE_DATABASE_PASSWORD: database.triage,
      INSIGHTS_DATABASE_PASSWORD: database.insights,
    },
    'leadtriage-postgres': { username: OWNER, password: owner },
    'leadtriage-nats': {
      NATS_INTAKE_PASSWORD: nats.intake,
      NATS_TRIAGE_PASSWORD: nats.triage,
      NATS_INSIGHTS_PASSWORD: nats.insights,
      NATS_SYS_PASSWORD: password(),
      NATS_ROUTE_PASSWORD: password(),
    },
  }
}

/** 192 random bits; a letter comes first, since nats-server would read digits in front as a number. */
function password(): string {
  return `p${randomBytes(24).toString('hex')}`
}

/** The secrets as objects for `kubectl create -f -`. */
export function toManifests(secrets: Secrets, namespace: string): object[] {
  return Object.entries(secrets).map(([name, stringData]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'leadtriage' } },
    // the type that CloudNativePG wants for a login
    type: 'username' in stringData ? 'kubernetes.io/basic-auth' : 'Opaque',
    stringData,
  }))
}
