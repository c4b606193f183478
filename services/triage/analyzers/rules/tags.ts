import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Fact } from './finding.ts'

/** The facts that are tags in docs/triage.md, and the intents for which they are useful. */
const TAGS: readonly (readonly [tag: Fact, intents: readonly Intent[]])[] = [
  ['enterprise', [Intent.Buy, Intent.Support]],
  ['pricing', [Intent.Buy]],
  ['demo', [Intent.Buy]],
  ['trial', [Intent.Buy]],
  ['renewal', [Intent.Buy]],
  ['churn-risk', [Intent.Support]],
  ['outage', [Intent.Support]],
  ['security', [Intent.Buy, Intent.Support, Intent.Other]],
  ['billing', [Intent.Support]],
  ['legal', [Intent.Buy, Intent.Support, Intent.Other]],
  ['press', [Intent.Other]],
  ['partner', [Intent.Buy, Intent.Other]],
  ['injection', [Intent.Spam]],
  ['test', [Intent.Other]],
]

/** All tags of docs/triage.md. */
export const TAG_NAMES: readonly string[] = [...TAGS.map(([tag]) => tag), 'urgent'].sort()

/** The tags of a note, sorted, without duplicates. */
export function tagsOf(intent: Intent, priority: Priority, facts: ReadonlySet<Fact>): string[] {
  const tags: string[] = []
  for (const [tag, intents] of TAGS) {
    if (facts.has(tag) && intents.includes(intent)) tags.push(tag)
  }
  if (facts.has('urgent') && !facts.has('no-rush') && priority !== Priority.P3) tags.push('urgent')
  return tags.sort()
}
