import { Intent } from '../../../../domain/vocabulary.ts'
import type { Finding } from './finding.ts'

/** Scores before anything is read: how often each intent comes, in the scale of the evidence. */
const BEFORE_READING: Readonly<Record<Intent, number>> = { buy: 0.5, support: 0.4, spam: 0, job: -0.3, other: 0.2 }

export interface IntentVerdict {
  readonly intent: Intent
  /** How far the winner is ahead of the second, in the scale of the evidence. */
  readonly margin: number
}

/** Adds up the evidence for every intent and takes the heaviest: no single keyword decides. */
export function weighIntent(findings: readonly Finding[]): IntentVerdict {
  const scores: Record<Intent, number> = { ...BEFORE_READING }
  for (const finding of findings) {
    for (const intent of Object.values(Intent)) scores[intent] += finding.intent[intent] ?? 0
  }
  // Without a word that speaks for anything the note is too vague to tell.
  if (findings.every((finding) => Object.keys(finding.intent).length === 0)) return { intent: Intent.Other, margin: 0 }

  const ranked = Object.values(Intent).sort((a, b) => scores[b] - scores[a])
  const [first = Intent.Other, second = Intent.Other] = ranked
  return { intent: first, margin: scores[first] - scores[second] }
}
