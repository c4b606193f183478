import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BUCKETS,
  type Bucket,
  bucketOf,
  createBucketReader,
  createBucketWriter,
  inBucket,
  intersect,
  mergeBuckets,
  withoutPlaces,
} from './buckets.ts'
import { createPostingsWriter, MAX_LEADS } from './postings.ts'
import { trigramsOf } from './trigrams.ts'

function bucketsOf(texts: readonly string[]): Bucket[] {
  const writer = createPostingsWriter()
  for (const text of texts) writer.add(text)
  return [...writer.finish()]
}

/** The places of a trigram. */
function placesIn(buckets: readonly Bucket[], trigram: number): number[] {
  const bucket = buckets[bucketOf(trigram)]
  if (bucket === undefined) return []
  const reader = createBucketReader(bucket)
  for (let next = reader.trigramInBucket(); next !== undefined; next = reader.trigramInBucket()) {
    const places: number[] = []
    reader.eachPlace((place) => places.push(place))
    if (next === inBucket(trigram)) return places
  }
  return []
}

/** The postings of all texts, found without an index. */
function expectedPlaces(texts: readonly string[], trigram: number): number[] {
  return texts.flatMap((text, place) => (trigramsOf(text).includes(trigram) ? [place] : []))
}

const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 60 })

test('each trigram has the list of the texts that contain it', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const buckets = bucketsOf(all)
      for (const trigram of new Set(all.flatMap(trigramsOf))) {
        expect(placesIn(buckets, trigram)).toEqual(expectedPlaces(all, trigram))
      }
      expect(placesIn(buckets, trigramsOf('nowhere')[0] ?? 0)).toEqual([])
    }),
    { numRuns: 30 },
  )
})

test('merged segments have the lists of both, and lists without some leads have all others', () => {
  fc.assert(
    fc.property(texts, texts, fc.infiniteStream(fc.boolean()), (first, second, choices) => {
      const writer = createBucketWriter()
      const [one, two] = [bucketsOf(first), bucketsOf(second)]
      const merged = Array.from({ length: BUCKETS }, (_, i) =>
        mergeBuckets(
          writer,
          [one[i], two[i]].map((bucket, part) => ({
            bucket: bucket ?? { keys: Buffer.alloc(0), lists: Buffer.alloc(0) },
            firstPlace: part * first.length,
          })),
        ),
      )
      const all = [...first, ...second]
      const erased = new Set([...all.keys()].filter(() => choices.next().value))
      const left = merged.map((bucket) => withoutPlaces(writer, bucket, erased) ?? bucket)
      for (const trigram of new Set(all.flatMap(trigramsOf))) {
        const places = expectedPlaces(all, trigram)
        expect(placesIn(merged, trigram)).toEqual(places)
        expect(placesIn(left, trigram)).toEqual(places.filter((place) => !erased.has(place)))
      }
    }),
    { numRuns: 20 },
  )
})

test('a full segment in which every lead, or one far from the next, has a trigram', () => {
  const all = Array.from({ length: MAX_LEADS }, (_, place) => (place % 2_000 === 1_999 ? 'abcdef' : 'abc'))
  const buckets = bucketsOf(all)
  expect(placesIn(buckets, trigramsOf('abc')[0] ?? 0)).toEqual(all.map((_, place) => place))
  expect(placesIn(buckets, trigramsOf('def')[0] ?? 0)).toEqual([1_999, 3_999])
})

test('places are in all lists', () => {
  const lists = fc.uniqueArray(fc.nat({ max: 70_000 }), { maxLength: 50 }).map((places) => places.sort((a, b) => a - b))
  fc.assert(
    fc.property(fc.array(fc.tuple(lists, lists), { minLength: 1, maxLength: 4 }), (pairs) => {
      const writer = createBucketWriter()
      const [common = []] = pairs.map(([, places]) => places)
      const all = pairs.map(([places]) => [...new Set([...places, ...common])].sort((a, b) => a - b))
      const encoded = all.map((places) => {
        for (const place of places) writer.add(7, place)
        return writer.finish().lists
      })
      expect(intersect(encoded)).toEqual(
        (all[0] ?? []).filter((place) => all.every((places) => places.includes(place))),
      )
    }),
  )
})
