import { TRIGRAM_BITS } from './trigrams.ts'

/*
 * A segment has for each trigram the list of leads that contain it, by their place in the segment. Trigrams with the same
 * upper bits are a bucket, one row in the database:
 *
 *   keys    6 bytes for each trigram, ascending: its lower 14 bits, and where its list ends in `lists`, in groups of
 *           7 bits. Only the first byte has the high bit set, so PostgreSQL finds a trigram with `position`.
 *   lists   for each trigram the gaps between its places, minus one, in groups of 7 bits. The lowest group comes first,
 *           and all but the last one have the high bit set.
 */

export interface Bucket {
  readonly keys: Buffer
  readonly lists: Buffer
}

/** A row of a full segment has some kilobytes. */
export const BUCKETS = 1_024
export const KEY_BYTES = 2
export const ENTRY_BYTES = 6
const BITS_IN_BUCKET = TRIGRAM_BITS - 10
export const MAX_IN_BUCKET = (1 << BITS_IN_BUCKET) - 1

export function bucketOf(trigram: number): number {
  return trigram >>> BITS_IN_BUCKET
}

/** How the keys of its bucket contain a trigram. */
export function keyOf(trigram: number): Buffer {
  return Buffer.of(0x80 | ((trigram >>> 7) & 0x7f), trigram & 0x7f)
}

/** The lower bits of a trigram, which tell it from the others of its bucket. */
export function inBucket(trigram: number): number {
  return trigram & MAX_IN_BUCKET
}

/** Writes buckets, one after the other. */
export interface BucketWriter {
  /** Adds a lead to the list of a trigram. Trigrams must ascend, and the places of each. */
  add(trigramInBucket: number, place: number): void
  /** Returns the bucket, and starts the next one. */
  finish(): Bucket
}

export function createBucketWriter(): BucketWriter {
  let keys = Buffer.allocUnsafe(4_096)
  let lists = Buffer.allocUnsafe(65_536)
  let keyBytes = 0
  let listBytes = 0
  let current = -1
  let last = -1

  const endList = () => {
    if (current === -1) return
    if (keyBytes + ENTRY_BYTES > keys.length) keys = Buffer.concat([keys], 2 * keys.length)
    keys[keyBytes++] = 0x80 | (current >>> 7)
    keys[keyBytes++] = current & 0x7f
    for (let shift = 21; shift >= 0; shift -= 7) keys[keyBytes++] = (listBytes >>> shift) & 0x7f
  }
  return {
    add: (trigram, place) => {
      if (trigram !== current) {
        endList()
        current = trigram
        last = -1
      }
      if (listBytes + 5 > lists.length) lists = Buffer.concat([lists], 2 * lists.length)
      let gap = place - last - 1
      last = place
      for (; gap >= 128; gap >>>= 7) lists[listBytes++] = 128 | (gap & 127)
      lists[listBytes++] = gap
    },
    finish: () => {
      endList()
      const bucket = { keys: Buffer.from(keys.subarray(0, keyBytes)), lists: Buffer.from(lists.subarray(0, listBytes)) }
      keyBytes = 0
      listBytes = 0
      current = -1
      return bucket
    },
  }
}

/** Reads the lists of a bucket, one after the other. */
export interface BucketReader {
  /** The trigram of the current list; undefined after the last one. */
  trigramInBucket(): number | undefined
  /** Calls `visit` with the places of the current list, ascending, and goes to the next list. */
  eachPlace(visit: (place: number) => void): void
}

export function createBucketReader({ keys, lists }: Bucket): BucketReader {
  let entry = 0
  let start = 0
  const bits = (at: number) => (keys[entry + at] ?? 0) & 0x7f
  return {
    trigramInBucket: () => (entry < keys.length ? (bits(0) << 7) | bits(1) : undefined),
    eachPlace: (visit) => {
      const end = (bits(2) << 21) | (bits(3) << 14) | (bits(4) << 7) | bits(5)
      eachPlaceOf(lists.subarray(start, end), visit)
      start = end
      entry += ENTRY_BYTES
    },
  }
}

function eachPlaceOf(list: Uint8Array, visit: (place: number) => void): void {
  let place = -1
  for (let i = 0; i < list.length; ) {
    let gap = 0
    let byte = 128
    for (let shift = 0; byte >= 128; shift += 7) {
      byte = list[i++] ?? 0
      gap |= (byte & 127) << shift
    }
    place += gap + 1
    visit(place)
  }
}

/** The places of a list, ascending. */
function placesOf(list: Uint8Array): number[] {
  const places: number[] = []
  eachPlaceOf(list, (place) => places.push(place))
  return places
}

/** The places that all lists have, ascending. */
export function intersect(lists: readonly Uint8Array[]): number[] {
  const [shortest, ...others] = [...lists].sort((a, b) => a.length - b.length)
  let places = shortest === undefined ? [] : placesOf(shortest)
  for (const list of others) {
    if (places.length === 0) break
    const common: number[] = []
    let next = 0
    eachPlaceOf(list, (place) => {
      while ((places[next] ?? place) < place) next++
      if (places[next] === place) common.push(place)
    })
    places = common
  }
  return places
}

/** The bucket of a segment that consists of others, in their order. @param firstPlace the place of the first lead of each */
export function mergeBuckets(
  writer: BucketWriter,
  parts: readonly { readonly bucket: Bucket; readonly firstPlace: number }[],
): Bucket {
  const readers = parts.map(({ bucket, firstPlace }) => ({ reader: createBucketReader(bucket), firstPlace }))
  for (;;) {
    const trigrams = readers.map(({ reader }) => reader.trigramInBucket() ?? Number.POSITIVE_INFINITY)
    const trigram = Math.min(...trigrams)
    if (trigram === Number.POSITIVE_INFINITY) return writer.finish()
    readers.forEach(({ reader, firstPlace }, i) => {
      if (trigrams[i] === trigram) reader.eachPlace((place) => writer.add(trigram, firstPlace + place))
    })
  }
}

/** The bucket without some leads; undefined if it has none of them. */
export function withoutPlaces(writer: BucketWriter, bucket: Bucket, places: ReadonlySet<number>): Bucket | undefined {
  let isChanged = false
  const reader = createBucketReader(bucket)
  for (let trigram = reader.trigramInBucket(); trigram !== undefined; trigram = reader.trigramInBucket()) {
    const current = trigram
    reader.eachPlace((place) => {
      if (places.has(place)) isChanged = true
      else writer.add(current, place)
    })
  }
  const left = writer.finish()
  return isChanged ? left : undefined
}
