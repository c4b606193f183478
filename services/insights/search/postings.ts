import { eachTrigram, TRIGRAMS } from './trigrams.ts'

/*
 * A segment has for each trigram the list of leads that contain it, by their place in the segment. The lists of eight
 * trigrams are a bucket, one row in the database:
 *
 *   8 × 2 bytes   where each list ends, counted from the end of this header
 *   lists         the gaps between places, minus one: one byte below 128, otherwise two with the high bit set first
 */

/** So that a bucket of lists that have every lead is less than 64 KiB. */
export const SEGMENT_LEADS = 8_000
export const LISTS_PER_BUCKET = 8
export const BUCKETS = TRIGRAMS / LISTS_PER_BUCKET
export const HEADER_BYTES = 2 * LISTS_PER_BUCKET

export interface PostingsWriter {
  /** Adds the next lead. */
  add(text: string): void
  /** Returns the buckets, in order. */
  finish(): Buffer[]
}

export function createPostingsWriter(): PostingsWriter {
  // the trigrams of all leads, one after the other
  let trigrams = new Uint16Array(SEGMENT_LEADS * 200)
  let length = 0
  const ends: number[] = []
  const counts = new Uint32Array(TRIGRAMS)
  const lastLead = new Int32Array(TRIGRAMS).fill(-1)
  return {
    add: (text) => {
      if (length + text.length > trigrams.length) {
        const larger = new Uint16Array(2 * trigrams.length + text.length)
        larger.set(trigrams)
        trigrams = larger
      }
      const lead = ends.length
      eachTrigram(text, (trigram) => {
        if (lastLead[trigram] === lead) return
        lastLead[trigram] = lead
        counts[trigram] = (counts[trigram] ?? 0) + 1
        trigrams[length++] = trigram
      })
      ends.push(length)
    },
    finish: () => encodeBuckets(placesByTrigram(trigrams, ends, counts), counts),
  }
}

/** Sorts by trigram: the places of the leads with trigram 0, then those with trigram 1, and so on. */
function placesByTrigram(trigrams: Uint16Array, ends: readonly number[], counts: Uint32Array): Uint16Array {
  const next = new Uint32Array(TRIGRAMS)
  for (let trigram = 1; trigram < TRIGRAMS; trigram++) {
    next[trigram] = (next[trigram - 1] ?? 0) + (counts[trigram - 1] ?? 0)
  }
  const places = new Uint16Array(ends.at(-1) ?? 0)
  let i = 0
  ends.forEach((end, place) => {
    for (; i < end; i++) {
      const trigram = trigrams[i] ?? 0
      const at = next[trigram] ?? 0
      places[at] = place
      next[trigram] = at + 1
    }
  })
  return places
}

function encodeBuckets(places: Uint16Array, counts: Uint32Array): Buffer[] {
  const bytes = Buffer.alloc(HEADER_BYTES + LISTS_PER_BUCKET * SEGMENT_LEADS)
  let i = 0
  return Array.from({ length: BUCKETS }, (_, bucket) => {
    let at = HEADER_BYTES
    for (let list = 0; list < LISTS_PER_BUCKET; list++) {
      let previous = -1
      for (const end = i + (counts[bucket * LISTS_PER_BUCKET + list] ?? 0); i < end; i++) {
        const place = places[i] ?? 0
        const gap = place - previous - 1
        previous = place
        if (gap >= 128) bytes[at++] = 128 | (gap >> 8)
        bytes[at++] = gap & 255
      }
      bytes.writeUInt16BE(at - HEADER_BYTES, 2 * list)
    }
    return Buffer.from(bytes.subarray(0, at))
  })
}

/** The places of a list, ascending. */
export function decodeList(list: Uint8Array): number[] {
  const places: number[] = []
  let previous = -1
  for (let i = 0; i < list.length; ) {
    let gap = list[i++] ?? 0
    if (gap >= 128) gap = ((gap & 127) << 8) | (list[i++] ?? 0)
    previous += gap + 1
    places.push(previous)
  }
  return places
}

/** The places that all lists have, ascending. */
export function intersect(lists: readonly Uint8Array[]): number[] {
  const [shortest, ...others] = [...lists].sort((a, b) => a.length - b.length)
  let places = shortest === undefined ? [] : decodeList(shortest)
  for (const list of others) {
    if (places.length === 0) break
    const other = new Set(decodeList(list))
    places = places.filter((place) => other.has(place))
  }
  return places
}
