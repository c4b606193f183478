import type { Sql } from 'postgres'
import type { WatchedProcess } from '../measure/process-usage.ts'

/** What is measured: the product or a peer, on a database of its own with the product's tables. */
export interface Target {
  readonly name: string
  /** Where leads are sent to. */
  readonly url: string
  /** The database as its owner. */
  readonly sql: Sql
  /** Whether PostgreSQL counts what it executes in this database: see measure/statements.ts. */
  readonly watchesStatements: boolean
  /** Everything that works for it, the servers included. */
  readonly processes: readonly WatchedProcess[]
  /** Stops its processes and drops its database. */
  stop(): Promise<void>
}
