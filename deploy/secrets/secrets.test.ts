import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kindOfKey } from '../../lib/auth/api-key.ts'
import { createSecrets, toManifests } from './secrets.ts'

const secrets = createSecrets()
const secretOf = (secret: string, key: string) => secrets[secret]?.[key] ?? 'nothing'

test.each(['intake', 'triage', 'insights'])(
  '%s has the passwords that PostgreSQL and NATS are configured with',
  (service) => {
    const variable = service.toUpperCase()
    const database = new URL(secretOf(`leadtriage-${service}`, 'DATABASE_URL'))
    const nats = new URL(secretOf(`leadtriage-${service}`, 'NATS_URL'))
    expect(database.password).toBe(secretOf('leadtriage-migrate', `${variable}_DATABASE_PASSWORD`))
    expect(nats.password).toBe(secretOf('leadtriage-nats', `NATS_${variable}_PASSWORD`))
    expect([database.username, nats.username]).toEqual([`${service}_service`, service])
  },
)

test('the migration connects as the owner of the database', () => {
  const { username, password } = new URL(secretOf('leadtriage-migrate', 'DATABASE_URL'))
  expect({ username, password }).toEqual(secrets['leadtriage-postgres'])
})

test('every password in permissions.conf is set and does not parse as a number', () => {
  const file = new URL('../nats/permissions.conf', import.meta.url)
  const named = [...readFileSync(file, 'utf8').matchAll(/password: \$(\w+)/g)].map(([, variable]) => variable ?? '')
  expect(named.length).toBeGreaterThan(3)
  for (const variable of named) expect(secretOf('leadtriage-nats', variable)).toMatch(/^[a-z][a-z0-9]{40,}$/)
})

test('all passwords differ, and each call creates new ones', () => {
  const passwords = [secrets, createSecrets()].flatMap((all) => [
    ...Object.values(all['leadtriage-nats'] ?? {}),
    ...Object.entries(all['leadtriage-migrate'] ?? {}).flatMap(([key, value]) =>
      key.endsWith('PASSWORD') ? value : [],
    ),
    all['leadtriage-postgres']?.password,
  ])
  expect(passwords).toHaveLength(18)
  expect(new Set(passwords).size).toBe(18)
})

test('the migration stores a new API key as the first one', () => {
  const keys = [secrets, createSecrets()].map((all) => all['leadtriage-migrate']?.BOOTSTRAP_API_KEY ?? '')
  expect(keys.map(kindOfKey)).toEqual(['secret', 'secret'])
  expect(keys[0]).not.toBe(keys[1])
})

test('the login of the owner has the type that CloudNativePG requires', () => {
  expect(toManifests(secrets, 'elsewhere')).toContainEqual(
    expect.objectContaining({
      type: 'kubernetes.io/basic-auth',
      metadata: expect.objectContaining({ name: 'leadtriage-postgres', namespace: 'elsewhere' }),
    }),
  )
})
