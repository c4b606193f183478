import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BUCKETS,
  createPostingsWriter,
  decodeList,
  HEADER_BYTES,
  intersect,
  LISTS_PER_BUCKET,
  SEGMENT_LEADS,
} from './postings.ts'
import { trigramsOf } from './trigrams.ts'

function listOf(buckets: readonly Buffer[], trigram: number): Buffer {
  const bucket = buckets[Math.floor(trigram / LISTS_PER_BUCKET)] ?? Buffer.alloc(HEADER_BYTES)
  const list = trigram % LISTS_PER_BUCKET
  const start = list === 0 ? 0 : bucket.readUInt16BE(2 * list - 2)
  return bucket.subarray(HEADER_BYTES + start, HEADER_BYTES + bucket.readUInt16BE(2 * list))
}

function bucketsOf(texts: readonly string[]): Buffer[] {
  const writer = createPostingsWriter()
  for (const text of texts) writer.add(text)
  return writer.finish()
}

test('the lists of the trigrams of a term have every text that contains it', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 400 })
  fc.assert(
    fc.property(texts, fc.nat(), fc.nat(), (all, which, from) => {
      const buckets = bucketsOf(all)
      const text = all[which % all.length] ?? ''
      const term = text.slice(from % Math.max(1, text.length - 2), (from % Math.max(1, text.length - 2)) + 5)
      if (term.length < 3) return
      const found = intersect(trigramsOf(term).map((trigram) => listOf(buckets, trigram)))
      const containing = all.flatMap((other, place) => (other.includes(term) ? [place] : []))
      expect(found).toEqual(expect.arrayContaining(containing))
      expect(found).toEqual([...found].sort((a, b) => a - b))
    }),
    { numRuns: 50 },
  )
})

test('a full segment in which every lead, or one far from the next, has a trigram', () => {
  const texts = Array.from({ length: SEGMENT_LEADS }, (_, place) => (place % 4_000 === 3_999 ? 'abcdef' : 'abc'))
  const buckets = bucketsOf(texts)
  expect(buckets).toHaveLength(BUCKETS)
  const [abc, def] = [trigramsOf('abc')[0] ?? 0, trigramsOf('def')[0] ?? 0]
  expect(decodeList(listOf(buckets, abc))).toEqual(texts.map((_, place) => place))
  expect(decodeList(listOf(buckets, def))).toEqual([3_999, 7_999])
})
