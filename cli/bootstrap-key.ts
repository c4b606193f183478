import { storeBootstrapKey } from '../db/bootstrap-key.ts'
import { migrate } from '../db/migrate.ts'
import { generateKey } from '../lib/auth/api-key.ts'
import { commonSettings, loadConfig } from '../lib/config/load-config.ts'
import { AppError, isTransient } from '../lib/errors/app-error.ts'
import { databaseUrlOf } from '../lib/postgres/database-url.ts'
import { withQueryTimeout } from '../lib/postgres/query-timeout.ts'
import { CallError } from './call-service.ts'

/** Migrations of a large database may take a while. */
const TIMEOUT_MS = 300_000

/**
 * Creates a key with all scopes directly in the database at `DATABASE_URL`, which it migrates if necessary.
 *
 * @returns the text of the key
 * @throws ConfigError if DATABASE_URL or DATABASE_CA_FILE is invalid; CallError if a key that can manage keys exists and `force` is
 *   false, or if the database is unreachable
 */
export async function createBootstrapKey(env: NodeJS.ProcessEnv, { force }: { force: boolean }): Promise<string> {
  const { DATABASE_URL, DATABASE_CA_FILE } = commonSettings
  const databaseUrl = databaseUrlOf(loadConfig({ DATABASE_URL, DATABASE_CA_FILE }, env))
  const text = generateKey('secret')
  const unless = force ? 'never' : 'keys-admin'
  const stored = await inDatabase(databaseUrl, () => storeBootstrapKey(databaseUrl, { text, by: 'cli', unless }))
  if (stored) return text
  throw new CallError(
    'A key with the scope keys:admin exists. Use it to create others, or create another one here with --force.',
    false,
  )
}

async function inDatabase(databaseUrl: string, store: () => Promise<boolean>): Promise<boolean> {
  try {
    return await withQueryTimeout(migrate(databaseUrl).then(store), TIMEOUT_MS)
  } catch (error) {
    const { message } = error instanceof AppError && error.cause instanceof Error ? error.cause : toError(error)
    throw new CallError(`the database at DATABASE_URL failed: ${message}`, isTransient(error), { cause: error })
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
