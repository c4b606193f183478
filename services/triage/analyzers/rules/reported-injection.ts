import type { Finding } from './finding.ts'

const REPORTED_SPEECH = /["“”«»„]/u

/** How far before an instruction the quotation mark that opens it may stand, in UTF-16 code units. */
const NEAR = 60

/**
 * A worried customer or a researcher quotes such an instruction; TRIAGE.md judges their note by its own purpose. So
 * an instruction in quotation marks is no evidence. One that is not quoted stays what it is.
 */
export function withoutReportedInjection(note: string, findings: readonly Finding[]): Finding[] {
  return findings.filter((finding) => {
    if (!finding.facts.includes('injection')) return true
    return !REPORTED_SPEECH.test(note.slice(Math.max(0, finding.start - NEAR), finding.start))
  })
}
