import { createHash, randomUUID } from 'node:crypto'
import type { NewLead } from '../../domain/lead.ts'
import { readDevelopmentNotes, readWrittenNotes } from '../../eval/labelled-notes.ts'

/*
 * The leads to send, one for each note of eval/data. The analyzer caches its findings per word, so that a few repeated
 * notes would measure the cache only. These notes contain more spellings than the cache holds, so that many words of a
 * note are evicted before it is sent again. Everything but the idempotency keys is prepared before the load begins.
 */

const SOURCES = ['website', 'fair', 'partner', null] as const

/** Returns one lead per note of eval/data, in a fixed order that mixes languages and trades. */
export function readLeads(): NewLead[] {
  return inMixedOrder([...readDevelopmentNotes().flat(), ...readWrittenNotes()].map(({ note }) => note)).map(
    (note, number) => ({
      email: `buyer${number}@example.com`,
      phone: number % 3 === 0 ? '+49 30 1234567' : null,
      name: number % 2 === 0 ? 'Ada Lovelace' : null,
      note,
      source: SOURCES[number % SOURCES.length] ?? null,
    }),
  )
}

/** Removes duplicates and shuffles; the same notes always have the same order. */
export function inMixedOrder(notes: readonly string[]): string[] {
  const digest = (note: string) => createHash('sha256').update(note).digest('hex')
  return [...new Set(notes)]
    .map((note) => ({ note, place: digest(note) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ note }) => note)
}

/** Returns the items one after the other, and starts over after the last. @param items at least one */
export function inTurn<Item>(items: readonly Item[]): () => Item {
  let next = 0
  return () => items[next++ % items.length] as Item // the index is within the list
}

/** Statistics of the notes sent in a run. */
export interface LeadsSent {
  readonly notes: number
  readonly charactersPerNote: number
  readonly wordsPerNote: number
  /** Distinct words, case-sensitive. */
  readonly spellings: number
}

export function describeLeads(leads: readonly NewLead[]): LeadsSent {
  const words = leads.map(({ note }) => note.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu) ?? [])
  const characters = leads.reduce((sum, { note }) => sum + note.length, 0)
  return {
    notes: leads.length,
    charactersPerNote: characters / leads.length,
    wordsPerNote: words.flat().length / leads.length,
    spellings: new Set(words.flat()).size,
  }
}

const PLACEHOLDER = '00000000-0000-4000-8000-000000000000'

/**
 * Encodes a lead once and returns copies with a fresh idempotency key each, written at the same offset.
 *
 * @param encode must write the key verbatim
 */
export function withFreshKeys(encode: (idempotencyKey: string) => Uint8Array): () => Buffer {
  const bytes = Buffer.from(encode(PLACEHOLDER))
  const keyAt = bytes.indexOf(PLACEHOLDER)
  if (keyAt < 0) throw new Error('the encoding does not contain the idempotency key')
  return () => {
    const copy = Buffer.from(bytes)
    copy.write(randomUUID(), keyAt, 'latin1')
    return copy
  }
}
