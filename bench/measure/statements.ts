import type { Sql } from 'postgres'

/* What PostgreSQL says of its own work: for how long it executed each statement. */

/** One statement of a service, without its values. */
export interface StatementCost {
  /** Its beginning. */
  readonly statement: string
  readonly calls: number
  readonly rowsPerCall: number
  /** Executing it, without parsing, planning, commits and the network. */
  readonly microsecondsPerLead: number
}

const SHOWN_CHARACTERS = 60

/** From now on, in this database alone: elsewhere counting would cost a peer more, which has more statements for a lead. */
export async function watchStatements(sql: Sql): Promise<void> {
  await sql`create schema bench`
  await sql`create extension pg_stat_statements schema bench`
  const [row] = await sql<{ name: string }[]>`select quote_ident(current_database()) as name`
  await sql.unsafe(`alter database ${row?.name} set pg_stat_statements.track = 'top'`)
}

/** Counts anew. */
export async function forgetStatements(sql: Sql): Promise<void> {
  await sql`select bench.pg_stat_statements_reset()`
}

/** The costly ones first; none of the benchmark's own. */
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
