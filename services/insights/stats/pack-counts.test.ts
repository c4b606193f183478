import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CountedLeads } from './count-leads.ts'
import { forEachCombination, forEachCount, type PackedHour, packHours, UNNAMED } from './pack-counts.ts'

/** The counts of an hour as text, in any order: the sum of the entries of each combination and key. */
function unpack({ names, counts }: Omit<PackedHour, 'hour'>): Map<string, number> {
  const sums = new Map<string, number>()
  forEachCombination(counts, (client, source, language, from, to) => {
    const values = [
      names.clients[client - 1],
      source === UNNAMED ? 'rest' : `=${names.sources[source - 1]}`,
      names.languages[language - 1],
    ]
    forEachCount(counts, from, to, (key, count) => add(sums, `${values} ${key}`, count))
  })
  return sums
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count)
}

const name = fc.constantFrom('a', 'b', 'c')
const counted: fc.Arbitrary<CountedLeads> = fc
  .record({
    hour: fc.constantFrom(new Date('2026-01-01T10:00:00Z'), new Date('2026-01-01T11:00:00Z')),
    client_id: name,
    source: fc.option(name),
    language: fc.option(name),
    is_rest: fc.boolean(),
    counts: fc.dictionary(fc.nat(344).map(String), fc.integer({ min: 1, max: 2 ** 31 })),
  })
  .map((leads) => (leads.is_rest ? { ...leads, source: null } : leads))

test('packed counts have every count, also large ones', () => {
  fc.assert(
    fc.property(fc.array(counted), (rows) => {
      const packed = packHours(rows)
      expect(packed.map(({ hour }) => hour)).toEqual([...Map.groupBy(rows, ({ hour }) => hour).keys()])
      for (const { hour, names, counts, total } of packed) {
        const [expected, expectedTotal] = [new Map<string, number>(), new Map<string, number>()]
        for (const { client_id: client, source, language, is_rest: isRest, ...row } of rows) {
          if (row.hour !== hour && row.hour.getTime() !== hour.getTime()) continue
          for (const [key, count] of Object.entries(row.counts)) {
            add(expected, `${[client, isRest ? 'rest' : `=${source}`, language]} ${key}`, count)
            add(expectedTotal, `,rest, ${key}`, count)
          }
        }
        expect(unpack({ names, counts })).toEqual(expected)
        const noNames = { clients: [], sources: [], languages: [] }
        expect(unpack({ names: noNames, counts: total })).toEqual(expectedTotal)
      }
    }),
    { numRuns: 50 },
  )
})
