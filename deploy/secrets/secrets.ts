import { randomBytes } from 'node:crypto'
import { stringify } from 'yaml'
import { generateKey } from '../../lib/auth/api-key.ts'

/*
 * The command `npm run create-secrets [-- NAMESPACE]`: prints manifests of all secrets, with new passwords on each run.
 */

const SERVICES = ['intake', 'triage', 'insights'] as const
/** Addresses in the cluster; the same for single servers and for clusters. */
const POSTGRES = 'postgres-rw:5432/leadtriage'
const NATS = 'nats:4222'
const OWNER = 'leadtriage'

/** The data of each Secret, by name. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Creates the secrets of an installation: new passwords, and the first API key. */
export function createSecrets(): Secrets {
  const owner = password()
  const database = { intake: password(), triage: password(), insights: password() }
  const nats = { intake: password(), triage: password(), insights: password() }
  const services = SERVICES.map((service) => [
    `leadtriage-${service}`,
    {
      // the login that the migration creates for the service
      DATABASE_URL: `postgres://${service}_service:${database[service]}@${POSTGRES}`,
      NATS_URL: `nats://${service}:${nats[service]}@${NATS}`,
    },
  ])
  const { 'leadtriage-insights': insights, ...others } = Object.fromEntries(services)
  return {
    ...others,
    // for sign-in with an OpenID provider; OIDC_CLIENT_SECRET, which the provider gives, belongs here too
    'leadtriage-insights': { ...insights, SESSION_SECRET: password() },
    'leadtriage-migrate': {
      DATABASE_URL: `postgres://${OWNER}:${owner}@${POSTGRES}`,
      INTAKE_DATABASE_PASSWORD: database.intake,
      TRIAGE_DATABASE_PASSWORD: database.triage,
      INSIGHTS_DATABASE_PASSWORD: database.insights,
      BOOTSTRAP_API_KEY: generateKey('secret'),
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

/** 192 random bits. Starts with a letter, because nats-server parses some words that start with a digit as numbers. */
function password(): string {
  return `p${randomBytes(24).toString('hex')}`
}

/** Returns the secrets as manifests for `kubectl create -f -`. */
export function toManifests(secrets: Secrets, namespace: string): object[] {
  return Object.entries(secrets).map(([name, stringData]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'leadtriage' } },
    // CloudNativePG requires this type for logins
    type: 'username' in stringData ? 'kubernetes.io/basic-auth' : 'Opaque',
    stringData,
  }))
}

if (import.meta.main) {
  const [namespace = 'leadtriage'] = process.argv.slice(2)
  const documents = toManifests(createSecrets(), namespace).map((manifest) => stringify(manifest))
  process.stdout.write(documents.join('---\n'))
}
