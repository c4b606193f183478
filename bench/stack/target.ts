import type { Sql } from 'postgres'
import type { WatchedProcess } from '../measure/process-usage.ts'

/** The system under test: the product or a peer, on its own database with the product's tables. */
export interface Target {
  readonly name: string
  /** The base URL to send leads to. */
  readonly url: string
  /** Connected as the owner of the database. */
  readonly sql: Sql
  /** Whether statement statistics are collected in this database, see measure/statements.ts. */
  readonly watchesStatements: boolean
  /** All processes that it consists of, including the servers. */
  readonly processes: readonly WatchedProcess[]
  /** Stops its processes and drops its database. */
  stop(): Promise<void>
}
