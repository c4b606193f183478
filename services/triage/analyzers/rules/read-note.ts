import { VOCABULARY } from './evidence/vocabulary.ts'
import type { Finding } from './finding.ts'
import { createMatcher } from './match.ts'
import { readWords, type Word } from './note-words.ts'
import { phraseFindings } from './phrase-findings.ts'
import { withoutReportedInjection } from './reported-injection.ts'
import { wholeNoteFindings } from './whole-note.ts'

/** A note's words and the evidence that our vocabulary finds in it. */
export interface ReadNote {
  readonly words: readonly Word[]
  readonly findings: readonly Finding[]
}

const findPhrases = createMatcher(VOCABULARY)

/** Reads a note; the analyzer and the script that learns its weights see the same. */
export function readNote(note: string): ReadNote {
  const words = readWords(note)
  const findings = [...phraseFindings(findPhrases(words), words), ...wholeNoteFindings(note, words)]
  return { words, findings: withoutReportedInjection(note, findings) }
}
