import { Intent } from '../../../../domain/vocabulary.ts'
import type { Evidence } from './evidence/evidence.ts'
import type { Fact, Finding } from './finding.ts'
import type { Match } from './match.ts'
import { isDenied } from './negation.ts'
import type { Word } from './note-words.ts'

/** Factor for repeated evidence, which adds little. */
const REPEATED = 0.25
const MAX_REPEATS = 2

/** Factor for text quoted in a reply, which the sender did not write. */
const QUOTED = 0.3

/**
 * Factor for denied evidence: "we don't want to buy" is weaker evidence against buying than "we want to buy" is for it.
 */
const DENIED = -0.6

/** Converts the phrases found in a note to findings, weighted by denial, quotation and repetition. */
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
    const factor = (times === 0 ? 1 : REPEATED) * (first.quoted ? QUOTED : 1) * (denied ? DENIED : 1)
    findings.push({
      says: denied ? `denies: ${match.evidence.says}` : match.evidence.says,
      start: first.start,
      end: last.end,
      intent: scaled(match.evidence.intent ?? {}, factor),
      facts: first.quoted ? [] : factsOf(match.evidence, denied),
    })
  }
  return findings
}

function scaled(weights: Partial<Record<Intent, number>>, factor: number): Partial<Record<Intent, number>> {
  if (factor === 1) return weights
  const result: Partial<Record<Intent, number>> = {}
  for (const intent of Object.values(Intent)) {
    const weight = weights[intent]
    if (weight !== undefined) result[intent] = weight * factor
  }
  return result
}

function factsOf(evidence: Evidence, denied: boolean): readonly Fact[] {
  if (!denied) return evidence.facts ?? []
  return evidence.facts?.includes('urgent') === true ? ['no-rush'] : []
}
