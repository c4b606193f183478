import type { Sql } from 'postgres'
import { createLatencyRecorder, type LatencySummary } from '../load/latency.ts'
import { listQueries } from './list-queries.ts'
import { createRandom } from './random.ts'

/** How fast one kind of list is. */
export interface ListRow {
  readonly leads: number
  readonly name: string
  readonly answer: LatencySummary
  readonly p95: number
  /** Pages that were short although more follow, of all. */
  readonly shortPages: number
}

interface Page {
  readonly insights: readonly unknown[]
  readonly next_page_token: string | null
}

const WARM_UP_CALLS = 5
const PAGE_SIZE = 50
const DEEP_PAGE = 1_000

/** Calls GET /insights of a running service, one call after the other. @param calls for each kind of list */
export async function measureLists(url: string, sql: Sql, calls: number, signal: AbortSignal): Promise<ListRow[]> {
  const [{ leads = 0 } = {}] = await sql<{ leads: number }[]>`
    select reltuples::int as leads from pg_class where relname = 'leads'`
  const found = await sql<{ email: string }[]>`
    select email from leads tablesample system (0.01) where email is not null limit 100`
  const rows: ListRow[] = []
  const measure = async (name: string, next: () => Readonly<Record<string, string>> | URLSearchParams) => {
    const recorder = createLatencyRecorder()
    const times: number[] = []
    let shortPages = 0
    for (let call = -WARM_UP_CALLS; call < calls; call++) {
      const parameters = new URLSearchParams(next())
      const startedAt = performance.now()
      const page = await getPage(url, parameters, signal)
      if (call < 0) continue
      const ms = performance.now() - startedAt
      times.push(ms)
      recorder.record(ms)
      if (page.next_page_token !== null && page.insights.length < PAGE_SIZE) shortPages++
    }
    times.sort((a, b) => a - b)
    const p95 = times[Math.ceil(times.length * 0.95) - 1] ?? 0
    rows.push({ leads, name, answer: recorder.summary(), p95, shortPages })
  }
  for (const [name, queries] of Object.entries(listQueries(found.map(({ email }) => email)))) {
    const next = queries(createRandom(7))
    await measure(name, () => {
      const parameters = new URLSearchParams()
      for (const [key, value] of next()) parameters.append(key, value)
      return parameters
    })
  }
  for (const [name, query] of Object.entries(DEEP)) {
    const token = await tokenOfPage(url, query, DEEP_PAGE, signal)
    await measure(`page ${DEEP_PAGE}: ${name}`, () => ({ ...query, page_token: token }))
  }
  return rows
}

const DEEP: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  newest: { order: 'newest' },
  'by urgency': { order: 'urgency' },
  'two filters': { order: 'newest', intent: 'buy', language: 'de' },
}

/** A token is valid with any page size, so larger pages lead there faster. */
async function tokenOfPage(url: string, query: Readonly<Record<string, string>>, page: number, signal: AbortSignal) {
  const size = 500
  let token = ''
  for (let skipped = 0; skipped < (page - 1) * PAGE_SIZE; ) {
    const wanted = Math.min(size, (page - 1) * PAGE_SIZE - skipped)
    const parameters = new URLSearchParams({ ...query, page_size: String(wanted), page_token: token })
    const found = await getPage(url, parameters, signal)
    skipped += found.insights.length
    if (found.next_page_token === null) break
    token = found.next_page_token
  }
  return token
}

async function getPage(url: string, parameters: URLSearchParams, signal: AbortSignal): Promise<Page> {
  const response = await fetch(`${url}/insights?${parameters}`, { signal })
  if (!response.ok) throw new Error(`GET /insights?${parameters} returned ${response.status}: ${await response.text()}`)
  return (await response.json()) as Page
}
