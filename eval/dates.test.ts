import { expect, test } from 'vitest'
import { Intent, Priority } from '../domain/vocabulary.ts'
import type { ReceivedNote } from '../services/triage/analyzers/analyzer.ts'
import { readNote } from '../services/triage/analyzers/rules/reading/read-note.ts'
import { type LabelledNote, readLabelledNotes, receivedAtOf } from './labelled-notes.ts'
import { predict } from './predict.ts'

const NOTE: LabelledNote = { id: 'a', note: 'by Friday', lang: 'en', intent: 'buy', priority: 'P0' }

test('an analyzer gets the received time of a note, and a Wednesday for notes without one', async () => {
  const leads: ReceivedNote[] = []
  const analyzer = {
    id: 'fake-llm-@1', // no warm-up
    analyze: async (lead: ReceivedNote) => {
      leads.push(lead)
      const verdict = { intent: Intent.Buy, priority: Priority.P0, confidence: 1, language: 'en' }
      return { ...verdict, tags: [], reasons: [] }
    },
  }
  await predict(analyzer, [{ ...NOTE, received: '2026-05-22T09:00:00+02:00' }, NOTE])
  expect(leads).toEqual([
    { note: 'by Friday', receivedAt: new Date('2026-05-22T07:00:00Z') },
    { note: 'by Friday', receivedAt: new Date('2026-03-11T10:00:00Z') },
  ])
  expect(leads[1]?.receivedAt.getUTCDay()).toBe(3)
})

test('every P0 and P1 note about a date of plain-priority-1 has a fact about its distance', () => {
  const file = new URL('data/written/plain-priority-1.jsonl', import.meta.url)
  const dated = readLabelledNotes(file).filter(({ received, priority }) => {
    return received !== undefined && (priority === Priority.P0 || priority === Priority.P1)
  })
  expect(dated.length).toBeGreaterThan(50)
  const without = dated.filter((labelled) => {
    const { findings } = readNote(labelled.note, receivedAtOf(labelled))
    return !findings.some(({ facts }) => facts.some((fact) => fact.startsWith('due-')))
  })
  expect(without.map(({ note }) => note)).toEqual([])
})
