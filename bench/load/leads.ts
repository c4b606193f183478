import { createHash, randomUUID } from 'node:crypto'
import type { NewLead } from '../../domain/lead.ts'
import { readDevelopmentNotes, readWrittenNotes } from '../../eval/labelled-notes.ts'

/*
 * What is sent: each note of eval/data in turn. The analyzer remembers what it found out about a word, so few notes for
 * ever would measure its memory alone; these hold more spellings than it remembers, and by the time a note comes again
 * many of its words have been forgotten. Everything about a lead but its key is made before the load begins, so that the
 * generator does little for each.
 */

const SOURCES = ['website', 'fair', 'partner', null] as const

/** A lead for each note of eval/data, in an order that mixes languages and trades and is the same in every run. */
export function readLeads(): NewLead[] {
  const notes = new Set([...readDevelopmentNotes().flat(), ...readWrittenNotes()].map(({ note }) => note))
  const digest = (note: string) => createHash('sha256').update(note).digest('hex')
  const shuffled = [...notes]
    .map((note) => ({ note, place: digest(note) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
  return shuffled.map(({ note }, number) => ({
    email: `buyer${number}@example.com`,
    phone: number % 3 === 0 ? '+49 30 1234567' : null,
    name: number % 2 === 0 ? 'Ada Lovelace' : null,
    note,
    source: SOURCES[number % SOURCES.length] ?? null,
  }))
}

/** Gives one after the other, and after the last the first again. @param items at least one */
export function inTurn<Item>(items: readonly Item[]): () => Item {
  let next = 0
  return () => items[next++ % items.length] as Item // the index is within the list
}

/** What was sent in a run. */
export interface LeadsSent {
  readonly notes: number
  readonly charactersPerNote: number
  readonly wordsPerNote: number
  /** Different words, as they are spelled. */
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
 * Encodes a lead once, and gives copies with a fresh idempotency key each: a key always takes the same place.
 *
 * @param encode puts the key into the encoding as it is
 */
export function withFreshKeys(encode: (idempotencyKey: string) => Uint8Array): () => Buffer {
  const bytes = Buffer.from(encode(PLACEHOLDER))
  const keyAt = bytes.indexOf(PLACEHOLDER)
  if (keyAt < 0) throw new Error('the encoding holds no idempotency key')
  return () => {
    const copy = Buffer.from(bytes)
    copy.write(randomUUID(), keyAt, 'latin1')
    return copy
  }
}
