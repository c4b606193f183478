import type { Sql } from 'postgres'
import { waitUntil } from '../../embedded/wait-until.ts'

const ANSWERS_WITHIN_MS = 60_000

/** Waits until PostgreSQL serves again, for example after its recovery. */
export async function untilAnswers(sql: Sql): Promise<void> {
  const probe = () =>
    sql`select`.then(
      () => true,
      () => undefined,
    )
  if (!(await waitUntil(probe, { timeoutMs: ANSWERS_WITHIN_MS, intervalMs: 100 })))
    throw new Error('PostgreSQL is away')
}
