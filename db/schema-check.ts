import type { Log } from '../lib/log/log.ts'
import type { Sql } from '../lib/postgres/connect.ts'
import { withQueryTimeout } from '../lib/postgres/query-timeout.ts'
import { currentVersion, migrate, neededVersion } from './migrate.ts'

/** Watches over the database and its schema. */
export interface SchemaCheck {
  /**
   * Resolves when the database answers and its schema is not behind; for readiness.
   * @throws Error that an operator may read; within two seconds when the database is silent, but for a migration, which
   *   takes the time it takes
   */
  check(): Promise<void>
}

/**
 * Makes sure the schema is there before a service says it is ready. With `migrateOnStart` a schema that is behind
 * is brought up to date; that needs a user who may do so, and in production a job does it first.
 */
export function createSchemaCheck(options: {
  sql: Sql
  databaseUrl: string
  migrateOnStart: boolean
  log: Log
}): SchemaCheck {
  const { sql, databaseUrl, migrateOnStart, log } = options
  let isCurrent = false

  const bringUpToDate = async () => {
    log.info({ version: neededVersion() }, 'bringing the schema up to date')
    await migrate(databaseUrl)
  }

  const check = async () => {
    if (isCurrent) {
      await withQueryTimeout(sql`select 1`)
      return
    }
    const version = await currentVersion(sql, withQueryTimeout)
    if (version < neededVersion() && migrateOnStart) {
      await bringUpToDate()
    } else if (version < neededVersion()) {
      throw new Error(`the schema is at version ${version}, not ${neededVersion()}: run "npm run migrate"`)
    }
    isCurrent = true
  }
  let checking: Promise<void> | undefined

  return {
    check: () => {
      // one at a time: whoever asks while one runs gets its outcome
      checking ??= check().finally(() => {
        checking = undefined
      })
      return checking
    },
  }
}
