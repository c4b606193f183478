import type { Sql } from 'postgres'

/* Execution times of statements, from pg_stat_statements. */

/** A normalized statement of a service. */
export interface StatementCost {
  /** Its first characters. */
  readonly statement: string
  readonly calls: number
  readonly rowsPerCall: number
  /** Execution only, without parsing, planning, commits and network. */
  readonly microsecondsPerLead: number
}

const SHOWN_CHARACTERS = 60

/** Starts to track statements in this database only. In all databases, peers with more statements would be slowed more. */
export async function watchStatements(sql: Sql): Promise<void> {
  await sql`create schema bench`
  await sql`create extension pg_stat_statements schema bench`
  const [row] = await sql<{ name: string }[]>`select quote_ident(current_database()) as name`
  await sql.unsafe(`alter database ${row?.name} set pg_stat_statements.track = 'top'`)
}

export async function resetStatements(sql: Sql): Promise<void> {
  await sql`select bench.pg_stat_statements_reset()`
}

/** Returns the statements of the services, the most expensive first, without those of the benchmark. */
export async function readStatements(sql: Sql, leads: number): Promise<StatementCost[]> {
  const rows = await sql<{ query: string; calls: number; rows: number; ms: number }[]>`
    select query, calls::float8 as calls, rows::float8 as rows, total_exec_time as ms
    from bench.pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database())
      and userid <> current_user::regrole
    order by total_exec_time desc`
  return rows.map(({ query, calls, rows: count, ms }) => ({
    statement: query.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS),
    calls,
    rowsPerCall: count / calls,
    microsecondsPerLead: (ms * 1_000) / Math.max(1, leads),
  }))
}
