import { createHash } from 'node:crypto'
import type { Reason } from '../../../../../domain/analysis.ts'
import type { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import { VERDICTS } from '../learned/verdict.ts'
import { createMatcher } from '../phrases/match.ts'
import { isDenied } from '../phrases/negation.ts'
import type { Word } from '../reading/note-words.ts'
import type { CustomRule } from './parse-custom-rules.ts'

/** Evidence that users of leadtriage add in a file, without changing code. */
export interface CustomRules {
  /** Suffix of the analyzer's version, which identifies the rules in every insight. */
  readonly version: string
  /** Adds the weights of the rules that match a note to `scores`, in place. */
  apply(words: readonly Word[], scores: Float64Array): { readonly tags: string[]; readonly reasons: Reason[] }
}

export const NO_CUSTOM_RULES: CustomRules = { version: '', apply: () => ({ tags: [], reasons: [] }) }

export function createCustomRules(rules: readonly CustomRule[]): CustomRules {
  if (rules.length === 0) return NO_CUSTOM_RULES
  const find = createMatcher(rules)
  const fingerprint = createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 8)

  return {
    version: `+${fingerprint}`,
    apply: (words, scores) => {
      const applied = new Map<string, Reason>()
      const tags: string[] = []
      for (const { evidence, first, last } of find(words)) {
        const [from, to] = [words[first], words[last]]
        const denied = evidence.deniable !== false && isDenied({ first, last }, words)
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
