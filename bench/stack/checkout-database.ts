import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { DatabaseUrls } from '../../testkit/servers/template-database.ts'
import type { Servers } from './servers.ts'

/** The program that migrates a database, in a checkout. */
export const MIGRATE = 'db/migrate.ts'

/**
 * Creates a database with the migrations of another checkout, whose roles must be those of this one.
 * @throws Error with what the migration printed, if it fails
 */
export async function createCheckoutDatabase(servers: Servers, name: string, checkout: string): Promise<DatabaseUrls> {
  const urls = await servers.createDatabase(name, true)
  const child = spawn(process.execPath, [join(checkout, MIGRATE)], {
    cwd: checkout,
    env: { PATH: process.env.PATH, DATABASE_URL: urls.ownerUrl },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  if (code === 0) return urls
  await servers.dropDatabase(name)
  throw new Error(`${join(checkout, MIGRATE)} failed:\n${errors}`)
}
