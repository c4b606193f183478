import type { Bucket } from './buckets.ts'
import { BUCKETS, bucketOf, createBucketWriter, inBucket, MAX_IN_BUCKET } from './buckets.ts'
import { eachTrigram } from './trigrams.ts'

/** Leads of a segment that is built from text. Their place has 13 bits. */
export const MAX_LEADS = 4_000
const PLACE_BITS = 13

export interface PostingsWriter {
  /** Adds the next lead, at most {@link MAX_LEADS}. */
  add(text: string): void
  /** Yields all buckets, in order. */
  finish(): Iterable<Bucket>
}

/** Has up to 14 bytes of memory for each character of the text. */
export function createPostingsWriter(): PostingsWriter {
  // the trigrams of all leads, one after the other
  let trigrams = new Uint32Array(MAX_LEADS * 200)
  let length = 0
  const ends: number[] = []
  const bucketSizes = new Uint32Array(BUCKETS)
  const counts = new Uint32Array(MAX_IN_BUCKET + 1)
  return {
    add: (text) => {
      if (length + text.length > trigrams.length) {
        const larger = new Uint32Array(Math.ceil(1.5 * trigrams.length) + text.length)
        larger.set(trigrams)
        trigrams = larger
      }
      eachTrigram(text, (trigram) => {
        trigrams[length++] = trigram
        increment(bucketSizes, bucketOf(trigram))
        increment(counts, inBucket(trigram))
      })
      ends.push(length)
    },
    finish: () => toBuckets(sort(trigrams, ends, { bucketSizes, counts }), bucketSizes),
  }
}

/** @returns the number before */
function increment(numbers: Uint32Array, at: number): number {
  const number = numbers[at] ?? 0
  numbers[at] = number + 1
  return number
}

/** Where the items with each value start when all are sorted by it. */
function startsOf(counts: Uint32Array): Uint32Array {
  const starts = new Uint32Array(counts.length)
  for (let i = 1; i < counts.length; i++) starts[i] = (starts[i - 1] ?? 0) + (counts[i - 1] ?? 0)
  return starts
}

interface Sizes {
  readonly bucketSizes: Uint32Array
  /** How many trigrams have the same lower bits. */
  readonly counts: Uint32Array
}

/**
 * Returns for each trigram of each lead its lower bits and the place of the lead, sorted by trigram and place: a radix
 * sort, first by the lower bits, then by bucket.
 */
function sort(trigrams: Uint32Array, ends: readonly number[], { bucketSizes, counts }: Sizes): Uint32Array {
  const length = ends.at(-1) ?? 0
  const byLowerBits = new Uint32Array(length)
  const places = new Uint16Array(length)
  const next = startsOf(counts)
  let i = 0
  for (let place = 0; place < ends.length; place++) {
    for (const end = ends[place] ?? 0; i < end; i++) {
      const trigram = trigrams[i] ?? 0
      const at = increment(next, inBucket(trigram))
      byLowerBits[at] = trigram
      places[at] = place
    }
  }
  const sorted = new Uint32Array(length)
  const nextInBucket = startsOf(bucketSizes)
  for (let j = 0; j < length; j++) {
    const trigram = byLowerBits[j] ?? 0
    sorted[increment(nextInBucket, bucketOf(trigram))] = (inBucket(trigram) << PLACE_BITS) | (places[j] ?? 0)
  }
  return sorted
}

function* toBuckets(sorted: Uint32Array, bucketSizes: Uint32Array): Iterable<Bucket> {
  const writer = createBucketWriter()
  let i = 0
  for (const size of bucketSizes) {
    let previous = -1
    for (const end = i + size; i < end; i++) {
      const posting = sorted[i] ?? 0
      if (posting !== previous) writer.add(posting >>> PLACE_BITS, posting & ((1 << PLACE_BITS) - 1))
      previous = posting
    }
    yield writer.finish()
  }
}
