import { type Counts, noCounts } from './figures.ts'
import { countsLeads } from './measures.ts'
import { forEachCombination, forEachCount, type Names, type PackedHour, UNNAMED } from './pack-counts.ts'
import { ABSENT, Dimension, labelOf, OTHER, periodOf, type StatsQuery } from './stats-query.ts'

/** The counts of one interval and group. */
export interface StatsCell {
  /** Index of the interval. */
  readonly interval: number
  /** `-` without a breakdown, see `stats-query.ts`. */
  readonly label: string
  readonly counts: Counts
}

/** Groups that have figures of their own; the leads of the others are counted together. */
const MAX_GROUPS = 10

/** @returns the labels of the largest groups, of hours that are read one after the other */
export function createLargestGroups(query: StatsQuery) {
  const leadsOf = new Map<string, number>()
  return {
    add: (hour: PackedHour): void => {
      const values = valuesOf(hour.names, query.breakdown)
      const leads = new Float64Array(values.length + 1)
      forEachMatch(query, hour, (number, isCertain, counts, from, to) => {
        if (isCertain) leads[number] = (leads[number] ?? 0) + leadsIn(counts, from, to)
      })
      for (const [index, value] of values.entries()) {
        const label = labelOf(value)
        const more = leads[index + 1] ?? 0
        if (more > 0) leadsOf.set(label, (leadsOf.get(label) ?? 0) + more)
      }
    },
    labels: (): string[] =>
      [...leadsOf]
        .sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1))
        .slice(0, MAX_GROUPS)
        .map(([label]) => label),
  }
}

/**
 * Adds up the counts of hours of the period. There may be several of the same hour.
 *
 * @param labels of the groups that have figures of their own; without a breakdown none
 */
export function createSum(query: StatsQuery, labels: readonly string[]) {
  const groups = query.breakdown === undefined ? [ABSENT] : [...labels, OTHER]
  const other = groups.length - 1
  const groupOf = new Map(groups.map((label, group) => [label, group]))
  const cells = new Map<number, StatsCell>()
  const intervalOf = createIntervalOf(query)
  let unattributed = 0
  const cellOf = (interval: number, group: number): StatsCell => {
    const place = interval * groups.length + group
    const cell = cells.get(place) ?? { interval, label: groups[group] ?? OTHER, counts: noCounts() }
    cells.set(place, cell)
    return cell
  }
  return {
    add: (hour: PackedHour): void => {
      const interval = intervalOf(hour.hour)
      const groupOfNumber = valuesOf(hour.names, query.breakdown).map((value) => groupOf.get(labelOf(value)) ?? other)
      forEachMatch(query, hour, (number, isCertain, counts, from, to) => {
        if (!isCertain) {
          unattributed += leadsIn(counts, from, to)
          return
        }
        const sum = cellOf(interval, groupOfNumber[number - 1] ?? other).counts
        forEachCount(counts, from, to, (key, count) => {
          sum[key] = (sum[key] ?? 0) + count
        })
      })
    },
    /** Only intervals and groups with leads. The leads of all but the largest groups have the label `*`. */
    get cells(): StatsCell[] {
      return [...cells.values()]
    },
    /** Leads of sources without a name, which may match the filter and are not in the cells. */
    get unattributed(): number {
      return unattributed
    },
  }
}

function leadsIn(counts: Uint8Array, from: number, to: number): number {
  let leads = 0
  forEachCount(counts, from, to, (key, count) => {
    if (countsLeads(key)) leads += count
  })
  return leads
}

/**
 * Visits the combinations of an hour that match the filter.
 *
 * @param visit gets the number of the value that the query groups by, or {@link UNNAMED}; whether the combination matches for certain,
 *   which one without a name does not; and the place of its entries
 */
function forEachMatch(
  query: StatsQuery,
  { names, counts }: PackedHour,
  visit: (number: number, isCertain: boolean, counts: Uint8Array, from: number, to: number) => void,
): void {
  const matchesClient = createFilter(query.clients, names.clients)
  const matchesSource = createFilter(query.sources, names.sources)
  const matchesLanguage = createFilter(query.languages, names.languages)
  const { breakdown } = query
  forEachCombination(counts, (client, source, language, from, to) => {
    const match = matchesClient(client) * matchesSource(source) * matchesLanguage(language)
    if (match === Match.No) return
    // without an object for each combination, which would cost more than all the rest
    const number =
      breakdown === Dimension.Client
        ? client
        : breakdown === Dimension.Source
          ? source
          : breakdown === Dimension.Language
            ? language
            : UNNAMED
    visit(number, match === Match.Yes, counts, from, to)
  })
}

/** Several are multiplied: the product is 0 if one does not match, and 1 if all do. */
const Match = { No: 0, Yes: 1, Maybe: 2 } as const

/** @returns a function from the number of a value to a {@link Match} */
function createFilter(wanted: readonly string[], names: readonly (string | null)[]): (number: number) => number {
  if (wanted.length === 0) return () => Match.Yes
  const matches = names.map((name) => Number(name !== null && wanted.includes(name)))
  return (number) => (number === UNNAMED ? Match.Maybe : (matches[number - 1] ?? Match.No))
}

function valuesOf(names: Names, breakdown: Dimension | undefined): readonly (string | null)[] {
  if (breakdown === undefined) return []
  return { client: names.clients, source: names.sources, language: names.languages }[breakdown]
}

/** @returns a function from a time of the period to the index of its interval */
function createIntervalOf(query: StatsQuery): (time: Date) => number {
  const starts = query.edges.map((edge) => edge.getTime())
  const { from, to } = periodOf(query)
  return (time) => {
    if (time < from || time >= to) throw new RangeError('not a time of the period')
    let [low, high] = [0, starts.length - 1]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= time.getTime()) low = middle
      else high = middle
    }
    return low
  }
}
