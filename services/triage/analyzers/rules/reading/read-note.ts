import { dateFindings } from '../dates/find-dates.ts'
import { VOCABULARY } from '../evidence/vocabulary.ts'
import type { Finding } from '../findings/finding.ts'
import { wholeNoteFindings } from '../findings/whole-note.ts'
import { createMatcher } from '../phrases/match.ts'
import { phraseFindings } from '../phrases/phrase-findings.ts'
import { readWords, type Word } from './note-words.ts'

/** The words of a note and the evidence found in it. */
export interface ReadNote {
  readonly words: readonly Word[]
  readonly findings: readonly Finding[]
}

const findPhrases = createMatcher(VOCABULARY)

/** Reads a note; dates in it count from `receivedAt`. Shared by the analyzer and the script that learns its weights. */
export function readNote(note: string, receivedAt: Date): ReadNote {
  const words = readWords(note)
  const findings = [
    ...phraseFindings(findPhrases(words), words),
    ...dateFindings(note, words, receivedAt),
    ...wholeNoteFindings(note, words),
  ]
  return { words, findings: withoutReportedInjection(note, findings) }
}

const QUOTATION_MARK = /["“”«»„]/u

/** Maximum distance of the opening quotation mark before an instruction, in UTF-16 code units. */
const MAX_QUOTE_DISTANCE = 60

/**
 * Drops instructions to the classifier that are in quotation marks, since customers and researchers quote them to
 * report them. docs/triage.md classifies such notes by their own purpose.
 */
function withoutReportedInjection(note: string, findings: readonly Finding[]): Finding[] {
  return findings.filter((finding) => {
    if (!finding.facts.includes('injection')) return true
    return !QUOTATION_MARK.test(note.slice(Math.max(0, finding.start - MAX_QUOTE_DISTANCE), finding.start))
  })
}
