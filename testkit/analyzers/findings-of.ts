import type { Fact } from '../../services/triage/analyzers/rules/findings/finding.ts'
import { readNote } from '../../services/triage/analyzers/rules/reading/read-note.ts'

const RECEIVED = new Date('2026-03-03T09:00:00Z')

/** The statements and facts that the rules find in a note, for the tests of the vocabularies. */
export function findingsOf(note: string): { readonly says: readonly string[]; readonly facts: ReadonlySet<Fact> } {
  const { findings } = readNote(note, RECEIVED)
  return { says: findings.map(({ says }) => says), facts: new Set(findings.flatMap(({ facts }) => facts)) }
}
