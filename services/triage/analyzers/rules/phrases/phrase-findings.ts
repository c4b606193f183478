import type { Evidence } from '../evidence/evidence.ts'
import { createFinding, type Fact, type Finding } from '../findings/finding.ts'
import type { Word } from '../reading/note-words.ts'
import type { Match } from './match.ts'
import { isDenied } from './negation.ts'

const MAX_REPEATS = 2

/** Converts the phrases found in a note to findings. Leaves out repetitions after the third. */
export function phraseFindings(matches: readonly Match[], words: readonly Word[]): Finding[] {
  const findings: Finding[] = []
  const seen = new Map<Evidence, number>()
  for (const match of matches) {
    const first = words[match.first]
    const last = words[match.last]
    if (first === undefined || last === undefined) continue
    const times = seen.get(match.evidence) ?? 0
    seen.set(match.evidence, times + 1)
    if (times > MAX_REPEATS) continue

    const denied = match.evidence.deniable === true && isDenied(match, words)
    const says = denied ? `denies: ${match.evidence.says}` : match.evidence.says
    const facts = first.quoted ? [] : factsOf(match.evidence, denied)
    findings.push(createFinding({ says }, first.start, last.end, facts))
  }
  return findings
}

function factsOf(evidence: Evidence, denied: boolean): readonly Fact[] {
  if (!denied) return evidence.facts ?? []
  return evidence.facts?.includes('urgent') === true ? ['no-rush'] : []
}
