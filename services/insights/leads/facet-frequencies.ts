import type { Lifecycle } from '../../../lib/lifecycle/lifecycle.ts'
import { startPeriodicJob } from '../../../lib/lifecycle/periodic-job.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { type FacetQuery, facetArray } from './facets.ts'

/** Roughly how often facets occur, from a sample. */
export interface FacetFrequencies {
  /** About how many insights have the rarest facet of a query. A search for all of them takes time in proportion. */
  insightsWith(query: FacetQuery): number
  /** How many insights would match if facets occurred independently of each other: a guess. */
  expectedMatches(query: FacetQuery): number
}

export interface SampledFrequencies extends FacetFrequencies {
  /** Takes a new sample. */
  sample(): Promise<void>
}

const SAMPLE_SIZE = 10_000
const SAMPLE_INTERVAL_MS = 300_000
/** After a failure, such as before the migrations. */
const RETRY_INTERVAL_MS = 5_000

/** Without a sample, every facet counts as frequent: lists then take more steps, but none of them takes seconds. */
export function createFacetFrequencies(sql: Sql): SampledFrequencies {
  let insights = Number.POSITIVE_INFINITY
  let shares: ReadonlyMap<string, number> = new Map()
  const shareOf = (facet: string) => shares.get(facet) ?? 1 / SAMPLE_SIZE
  const sharesOf = ({ all, anyOf }: FacetQuery) => [
    ...all.map(shareOf),
    ...anyOf.map((group) => group.reduce((sum, facet) => sum + shareOf(facet), 0)),
  ]
  return {
    insightsWith: (query) => insights * Math.min(1, ...sharesOf(query)),
    expectedMatches: (query) => sharesOf(query).reduce((product, share) => product * Math.min(1, share), insights),
    sample: async () => {
      // PostgreSQL knows no number before the first analyze: then one for each kilobyte
      const [{ estimate = 0 } = {}] = await sql<{ estimate: number }[]>`
        select greatest(reltuples, pg_relation_size(oid) / 1000)::float8 as estimate
        from pg_class where oid = 'insights'::regclass`
      const percent = Math.min(100, (100 * SAMPLE_SIZE) / Math.max(1, estimate))
      const rows = await sql<{ facet: string; share: number }[]>`
        with sample as materialized (
          select ${facetArray(sql)} as facets from insights i tablesample system (${percent})
        )
        select facet, count(*)::float8 / (select count(*) from sample) as share
        from sample, unnest(facets) as facet where facet not like 'd:%' group by 1`
      insights = estimate
      shares = new Map(rows.map(({ facet, share }) => [facet, share]))
    },
  }
}

/** Starts the job that takes samples. */
export function startFacetFrequencies(sql: Sql, log: Log, { onStop }: Pick<Lifecycle, 'onStop'>): FacetFrequencies {
  const frequencies = createFacetFrequencies(sql)
  let isDueAt = 0
  const job = startPeriodicJob({
    run: async () => {
      if (performance.now() < isDueAt) return false
      await frequencies.sample()
      isDueAt = performance.now() + SAMPLE_INTERVAL_MS
      return false
    },
    intervalMs: RETRY_INTERVAL_MS,
    failure: 'cannot sample how often facets occur; lists may be slower',
    log,
  })
  onStop('samples of facets', () => job.stop())
  return frequencies
}
