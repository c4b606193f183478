/*
 * Measures the cost of the reconciler with many settled leads: the plans of its statements and the duration of a round.
 * `npm run bench:reconciler [leads]`, default: one million. docs/guarantees.md quotes the output.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../db/migrate.ts'
import { startPostgres } from '../embedded/postgres.ts'
import { createLog } from '../lib/log/log.ts'
import { createCommitWatermark } from '../lib/postgres/commit-watermark.ts'
import type { Sql } from '../lib/postgres/connect.ts'
import { connectPostgres } from '../lib/postgres/connect.ts'
import { recordDueParked, walk, walkStatement } from '../services/intake/reconciler/find-unsettled.ts'
import { dueStatement, MAX_DUE, takeDue } from '../services/intake/reconciler/take-due.ts'

const LEADS = Number(process.argv[2] ?? 1_000_000)
const CHUNK = 100_000
const ROUNDS = 100

const directory = await mkdtemp(join(tmpdir(), 'leadtriage-bench-'))
const postgres = await startPostgres({ dataDir: directory, durable: false })
await migrate(postgres.url)
const log = createLog('bench', 'warn')
const sql = connectPostgres({ url: postgres.url, applicationName: 'bench', maxConnections: 1, log })
try {
  print(`PostgreSQL ${postgres.version}, ${LEADS.toLocaleString('en')} settled leads`)
  for (let from = 0; from < LEADS; from += CHUNK) await addSettledLeads(sql, from, Math.min(CHUNK, LEADS - from))
  await sql`vacuum analyze`
  const [row] = await sql<{ now: Date }[]>`select now()`
  const commitWatermark = row?.now
  const walked = await timed(async () => {
    while (await walk(sql, undefined, commitWatermark));
  })
  print(`one walk over all leads, as after the first start: ${walked.toFixed(0)} ms`)
  const nextCommitWatermark = createCommitWatermark()
  const rounds = await timed(async () => {
    for (let round = 0; round < ROUNDS; round += 1) await reconcile(sql, nextCommitWatermark)
  })
  print(`a round when nothing is pending: ${(rounds / ROUNDS).toFixed(2)} ms`)
  const graceAgo = sql`now() - make_interval(secs => 3)`
  await plan('a step of the early walk at its end', walkStatement(sql, 'early', graceAgo, undefined))
  await plan('due leads, when there are none', dueStatement(sql, undefined, MAX_DUE, ''))
} finally {
  await sql.end()
  await postgres.stop()
  await rm(directory, { recursive: true })
}

async function reconcile(connection: Sql, commitWatermark: ReturnType<typeof createCommitWatermark>): Promise<void> {
  await walk(connection, undefined, await commitWatermark(connection))
  await recordDueParked(connection)
  await takeDue(connection, undefined)
}

/** Adds leads with a final insight, created an hour ago, one millisecond apart. */
async function addSettledLeads(connection: Sql, from: number, count: number): Promise<void> {
  await connection`
    with added as (
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
      select gen_random_uuid(), 'bench', gen_random_uuid(), sha256('bench'), 'Please send a quote for 20 seats.',
             encode(sha256('bench'), 'hex'), now() - interval '1 hour' + make_interval(secs => (${from}::int + i) / 1000.0)
      from generate_series(1, ${count}::int) i
      returning id, content_hash
    )
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
                          tags, reasons, language, analyzer)
    select id, gen_random_uuid(), 1, 'final', content_hash, 'buy', 'P1', 'email', 0.7, '{pricing}', '[]', 'en', 'bench@1'
    from added`
}

async function plan(title: string, statement: ReturnType<typeof dueStatement> | ReturnType<typeof walkStatement>) {
  const lines = await sql<{ 'QUERY PLAN': string }[]>`explain (analyze, buffers, costs off, timing off) ${statement}`
  print(`\n${title}:`)
  for (const line of lines) print(`  ${line['QUERY PLAN']}`)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
