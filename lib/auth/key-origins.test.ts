import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import { connectPostgres, type Sql } from '../postgres/connect.ts'
import { generateKey, hashOfKey } from './api-key.ts'
import type { KeyOrigins } from './key-origins.ts'
import { watchKeyOrigins } from './key-origins.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const open: { origins: KeyOrigins; sql: Sql }[] = []
afterEach(async () => {
  for (const { origins, sql } of open.splice(0)) {
    await origins.stop()
    await sql.end({ timeout: 1 })
  }
})

function watch(url = stack.serviceUrls.intake): KeyOrigins {
  const { log } = captureLog()
  const sql = connectPostgres({ url, applicationName: 'test', maxConnections: 1, log })
  const origins = watchKeyOrigins(sql, log)
  open.push({ origins, sql })
  return origins
}

async function storeKey(origin: string, expiresInSeconds: number | null = null): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, origins, created_by, expires_at)
    values (${id}, ${hashOfKey(generateKey('publishable'))}, 'lt_pk_…', 'publishable', 'form', 'website',
            ${['leads:write']}, ${[origin]}, 'test', now() + make_interval(secs => ${expiresInSeconds}))`
  return id
}

const WITHIN_MS = 5_000

test('the origins of a new key are allowed, and those of a revoked one no longer, within five seconds', async () => {
  const origins = watch()
  const id = await storeKey('https://one.example')
  await eventually(() => origins.has('https://one.example'), WITHIN_MS)
  await storeKey('https://two.example')
  await eventually(() => origins.has('https://two.example'), WITHIN_MS)
  await stack.sql`update api_keys set revoked_at = now() where id = ${id}`
  await eventually(() => !origins.has('https://one.example'), WITHIN_MS)
  expect(origins.has('https://two.example')).toBe(true)
})

test('an expired key allows no origin', async () => {
  await storeKey('https://expired.example', -1)
  await storeKey('https://valid.example', 60)
  const origins = watch()
  await eventually(() => origins.has('https://valid.example'), WITHIN_MS)
  expect(origins.has('https://expired.example')).toBe(false)
})

test('the last list stays while the database is away, and is replaced afterwards', async () => {
  await storeKey('https://stays.example')
  const database = await proxyTo(stack.serviceUrls.intake)
  const origins = watch(database.url)
  await eventually(() => origins.has('https://stays.example'), WITHIN_MS)
  await database.cut()
  await storeKey('https://later.example')
  expect(origins.has('https://stays.example')).toBe(true)
  await database.heal()
  await eventually(() => origins.has('https://later.example'))
})
