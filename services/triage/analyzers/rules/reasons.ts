import type { Reason } from '../../../../domain/analysis.ts'
import type { Intent } from '../../../../domain/vocabulary.ts'
import type { Finding } from './finding.ts'

const MOST = 6

/** What facts weigh in an explanation, when they moved the priority and no intent. */
const FACT_WEIGHT = 0.5

/** The strongest evidence for the judgement, each sentence once, strongest first. */
export function reasonsFor(intent: Intent, findings: readonly Finding[]): Reason[] {
  const bySentence = new Map<string, Reason>()
  for (const finding of findings) {
    const weight = Math.max(finding.intent[intent] ?? 0, finding.facts.length > 0 ? FACT_WEIGHT : 0)
    const known = bySentence.get(finding.says)
    if (weight <= 0 || (known !== undefined && known.weight >= weight)) continue
    bySentence.set(finding.says, { text: finding.says, start: finding.start, end: finding.end, weight })
  }
  return [...bySentence.values()].sort((a, b) => b.weight - a.weight || a.start - b.start).slice(0, MOST)
}
