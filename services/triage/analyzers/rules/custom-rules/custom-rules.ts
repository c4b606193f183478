import { createHash } from 'node:crypto'
import type { Reason } from '../../../../../domain/analysis.ts'
import type { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import { VERDICTS } from '../learned/verdict.ts'
import { createMatcher } from '../match.ts'
import { isDenied } from '../negation.ts'
import type { Word } from '../note-words.ts'
import type { CustomRule } from './parse-custom-rules.ts'

/** Evidence that a user of leadtriage adds for their own trade, without touching code. */
export interface CustomRules {
  /** Stands behind the analyzer's version, so that an insight tells which rules it was made with. */
  readonly version: string
  /** Adds what the rules say about a note to the scores of the verdicts, which it changes. */
  apply(words: readonly Word[], scores: Float64Array): { readonly tags: string[]; readonly reasons: Reason[] }
}

export const NO_HOUSE_RULES: CustomRules = { version: '', apply: () => ({ tags: [], reasons: [] }) }

export function createCustomRules(rules: readonly CustomRule[]): CustomRules {
  if (rules.length === 0) return NO_HOUSE_RULES
  const find = createMatcher(rules)
  const fingerprint = createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 8)

  return {
    version: `+${fingerprint}`,
    apply: (words, scores) => {
      const applied = new Map<string, Reason>()
      const tags: string[] = []
      for (const { evidence, first, last } of find(words)) {
        const [from, to] = [words[first], words[last]]
        const denied = evidence.deniable !== false && isDenied({ first }, words)
        if (!from || !to || from.quoted || denied || applied.has(evidence.says)) continue
        addTo(scores, evidence)
        tags.push(...(evidence.tags ?? []))
        applied.set(evidence.says, { text: evidence.says, start: from.start, end: to.end, weight: heaviest(evidence) })
      }
      return { tags, reasons: [...applied.values()] }
    },
  }
}

function addTo(scores: Float64Array, { intent = {}, priority = {} }: CustomRule): void {
  for (const [i, verdict] of VERDICTS.entries()) {
    const weight = weightOf(intent, verdict.intent) + weightOf(priority, verdict.priority)
    scores[i] = (scores[i] ?? 0) + weight
  }
}

function weightOf<Key extends Intent | Priority>(weights: Partial<Record<Key, number | undefined>>, key: Key): number {
  return weights[key] ?? 0
}

function heaviest({ intent = {}, priority = {} }: CustomRule): number {
  return Math.max(0, ...[...Object.values(intent), ...Object.values(priority)].map((weight) => weight ?? 0))
}
