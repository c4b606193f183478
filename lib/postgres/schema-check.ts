import { currentVersion, migrate, neededVersion } from '../../db/migrate.ts'
import type { Log } from '../log/log.ts'
import type { Sql } from './connect.ts'

/** Watches over the database and its schema. */
export interface SchemaGuard {
  /** Resolves when the database answers and its schema is not behind; for readiness. */
  check(): Promise<void>
}

/**
 * Makes sure the schema is there before a service says it is ready. With `migrateOnStart` a schema that is behind
 * is brought up to date; that needs a user who may do so, and in production a job does it first.
 */
export function guardSchema(options: {
  sql: Sql
  databaseUrl: string
  migrateOnStart: boolean
  log: Log
}): SchemaGuard {
  const { sql, databaseUrl, migrateOnStart, log } = options
  let isCurrent = false
  let migrating: Promise<void> | undefined

  const bringUpToDate = async () => {
    log.info({ version: neededVersion() }, 'bringing the schema up to date')
    await migrate(databaseUrl)
  }

  return {
    check: async () => {
      if (isCurrent) {
        await sql`select 1`
        return
      }
      const version = await currentVersion(sql)
      if (version < neededVersion() && migrateOnStart) {
        migrating ??= bringUpToDate().finally(() => {
          migrating = undefined
        })
        await migrating
      } else if (version < neededVersion()) {
        throw new Error(`the schema is at version ${version}, not ${neededVersion()}: run "npm run migrate"`)
      }
      isCurrent = true
    },
  }
}
