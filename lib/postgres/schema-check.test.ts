import { afterAll, expect, test } from 'vitest'
import { captureLog } from '../../test/fixtures/captured-log.ts'
import { eventually } from '../../test/fixtures/eventually.ts'
import { useStack } from '../../test/fixtures/stack.ts'
import { useTcpProxy } from '../../test/fixtures/tcp-proxy.ts'
import { connectPostgres } from './connect.ts'
import { guardSchema } from './schema-check.ts'

const stack = useStack()
const database = await useTcpProxy(stack.serviceUrls.insights)
const { log } = captureLog()
const sql = connectPostgres({ url: database.url, applicationName: 'schema-check.test', maxConnections: 1, log })
afterAll(() => sql.end({ timeout: 1 }))

test('a silent database fails every check, before and after the schema was found current, until it answers again', async () => {
  const silent = { code: 'unavailable' }
  const guard = guardSchema({ sql, databaseUrl: database.url, migrateOnStart: false, log })
  for (const _ of ['before', 'after']) {
    database.swallowFromClients()
    const checks = [guard.check(), guard.check()]
    for (const check of checks) await expect(check).rejects.toMatchObject(silent)
    await database.heal()
    await eventually(() => guard.check().then(() => true))
  }
})
