import { AppError } from '../lib/errors/app-error.ts'
import type { Log } from '../lib/log/log.ts'
import type { Sql } from '../lib/postgres/connect.ts'
import { withQueryTimeout } from '../lib/postgres/query-timeout.ts'
import { TLS_FAILED } from '../lib/postgres/tls-socket.ts'
import { currentVersion, migrate, neededVersion } from './migrate.ts'

/** Readiness check of the database and its schema. */
export interface SchemaCheck {
  /**
   * Resolves when the database responds and its schema is current or newer.
   * @throws Error with a message for operators; within two seconds when the database does not respond. A migration has
   *   no time limit.
   */
  check(): Promise<void>
}

/**
 * Creates a check that keeps a service unready until the schema is current. With `migrateOnStart` it migrates an older
 * schema, which needs a user that may create tables; in production a job migrates before the services start.
 */
export function createSchemaCheck(options: {
  sql: Sql
  databaseUrl: string
  migrateOnStart: boolean
  log: Log
}): SchemaCheck {
  const { sql, databaseUrl, migrateOnStart, log } = options
  let isCurrent = false

  const check = async () => {
    if (isCurrent) {
      await withQueryTimeout(sql`select 1`)
      return
    }
    const version = await currentVersion(sql, withQueryTimeout)
    if (version < neededVersion() && migrateOnStart) {
      log.info({ version: neededVersion() }, 'migrating the database schema')
      await migrate(databaseUrl)
    } else if (version < neededVersion()) {
      throw new Error(`schema is at version ${version}, need ${neededVersion()}: run "npm run migrate"`)
    }
    isCurrent = true
  }
  let checking: Promise<void> | undefined

  return {
    check: () => {
      // concurrent calls share one check
      checking ??= check()
        .catch((error: unknown) => {
          throw tlsFailureOf(error) ?? error
        })
        .finally(() => {
          checking = undefined
        })
      return checking
    },
  }
}

/** Undefined if an error has another cause. The other causes name addresses, which readiness does not show to callers. */
function tlsFailureOf(error: unknown): Error | undefined {
  const cause = error instanceof AppError ? error.cause : error
  return cause instanceof Error && 'code' in cause && cause.code === TLS_FAILED ? new Error(cause.message) : undefined
}
