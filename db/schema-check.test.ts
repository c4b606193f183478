import { afterAll, expect, test } from 'vitest'
import { connectPostgres } from '../lib/postgres/connect.ts'
import { captureLog } from '../testkit/captured-log.ts'
import { eventually } from '../testkit/eventually.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../testkit/fixtures/tcp-proxies.ts'
import { createSchemaCheck } from './schema-check.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const database = await proxyTo(stack.serviceUrls.insights)
const { log } = captureLog()
const sql = connectPostgres({ url: database.url, applicationName: 'schema-check.test', maxConnections: 1, log })
afterAll(() => sql.end({ timeout: 1 }))

test('every check fails while the database does not respond, before and after the schema was found current', async () => {
  const unavailable = { code: 'unavailable' }
  const schema = createSchemaCheck({ sql, databaseUrl: database.url, migrateOnStart: false, log })
  for (const _ of ['before', 'after']) {
    database.discardFromClients()
    const checks = [schema.check(), schema.check()]
    for (const check of checks) await expect(check).rejects.toMatchObject(unavailable)
    await database.heal()
    await eventually(() => schema.check().then(() => true))
  }
})
