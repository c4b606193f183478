import type { Sql } from 'postgres'
import { waitUntil } from '../../embedded/wait-until.ts'
import { NAMED_SOURCES } from './lead-rows.ts'
import { createRandom, pick, type Random } from './random.ts'

/** How fast one kind of statistics is. Times in milliseconds, of calls that succeeded. */
export interface StatsRow {
  readonly leads: number
  readonly name: string
  readonly calls: number
  readonly failed: number
  readonly p50: number
  readonly p95: number
  readonly max: number
}

const WARM_UP_CALLS = 2
const DAY_MS = 86_400_000
const ROLLED_UP_WITHIN_MS = 1_800_000

const source = (random: Random) => ({ source: pick(random, NAMED_SOURCES) })
const client = (random: Random) => ({ client: `client-${Math.floor(random() * 5)}` })
const language = (random: Random) => ({ language: pick(random, ['de', 'en', 'fr']) })

const KINDS: Readonly<Record<string, readonly [days: number, (random: Random) => Readonly<Record<string, string>>]>> = {
  '30 days by day': [30, () => ({})],
  '30 days by hour': [30, () => ({ interval: 'hour' })],
  '30 days by source': [30, () => ({ breakdown: 'source' })],
  '30 days by client, of a language': [30, (random) => ({ breakdown: 'client', ...language(random) })],
  '30 days, three filters': [30, (random) => ({ ...source(random), ...client(random), ...language(random) })],
  '30 days by hour, three filters': [
    30,
    (random) => ({ interval: 'hour', ...source(random), ...client(random), ...language(random) }),
  ],
  '30 days of New York by source': [30, () => ({ breakdown: 'source', time_zone: 'America/New_York' })],
  '365 days by day': [365, () => ({})],
  '365 days by day, a filter': [365, source],
  '365 days by source': [365, () => ({ breakdown: 'source' })],
}

/** Calls GET /stats of a running service, one call after the other. @param calls for each kind of statistics */
export async function measureStats(url: string, sql: Sql, calls: number, signal: AbortSignal): Promise<StatsRow[]> {
  const [{ leads = 0 } = {}] = await sql<{ leads: number }[]>`
    select reltuples::int as leads from pg_class where relname = 'leads'`
  const rows: StatsRow[] = []
  for (const [name, [days, parametersOf]] of Object.entries(KINDS)) {
    const random = createRandom(7)
    const times: number[] = []
    let failed = 0
    for (let call = -WARM_UP_CALLS; call < calls; call++) {
      const from = new Date(Date.now() - days * DAY_MS).toISOString()
      const parameters = new URLSearchParams({ from, ...parametersOf(random) })
      const startedAt = performance.now()
      const response = await fetch(`${url}/stats?${parameters}`, { signal })
      const text = await response.text()
      if (response.status !== 200 && response.status !== 503) throw new Error(`GET /stats?${parameters}: ${text}`)
      if (call < 0) continue
      if (response.ok) times.push(performance.now() - startedAt)
      else failed++
    }
    times.sort((a, b) => a - b)
    const at = (percent: number) => times[Math.ceil((times.length * percent) / 100) - 1] ?? 0
    rows.push({ leads, name, calls, failed, p50: at(50), p95: at(95), max: at(100) })
  }
  return rows
}

/** Waits until all hours are rolled up but the last ones, which still change. */
export async function untilRolledUp(sql: Sql, signal: AbortSignal): Promise<void> {
  const probe = async () => {
    const [row] = await sql<{ is_done: boolean }[]>`
      select snapshot is not null and not exists (
        select from stats_stale_hours where hour < now() - interval '3 hours'
      ) as is_done
      from stats_progress`
    return row?.is_done || undefined
  }
  const isDone = await waitUntil(probe, { timeoutMs: ROLLED_UP_WITHIN_MS, intervalMs: 1_000, signal })
  if (!isDone) throw new Error('the statistics were not rolled up in time')
}
