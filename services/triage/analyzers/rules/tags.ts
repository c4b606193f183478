import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Fact } from './finding.ts'

interface TagRule {
  readonly intents: readonly Intent[]
  /** Undefined for all priorities. docs/triage.md defines outages as P0 and threats to leave as P1. */
  readonly priorities?: readonly Priority[]
}

/** The facts that are tags in docs/triage.md, and the verdicts for which they are useful. */
const TAGS = new Map<Fact, TagRule>([
  ['enterprise', { intents: [Intent.Buy] }],
  ['pricing', { intents: [Intent.Buy] }],
  ['demo', { intents: [Intent.Buy] }],
  ['trial', { intents: [Intent.Buy] }],
  ['renewal', { intents: [Intent.Buy] }],
  ['churn-risk', { intents: [Intent.Support], priorities: [Priority.P0, Priority.P1] }],
  ['outage', { intents: [Intent.Support], priorities: [Priority.P0] }],
  ['security', { intents: [Intent.Buy, Intent.Support, Intent.Other] }],
  ['billing', { intents: [Intent.Support, Intent.Other] }],
  ['legal', { intents: [Intent.Support, Intent.Other] }],
  ['press', { intents: [Intent.Other] }],
  ['partner', { intents: [Intent.Buy, Intent.Other] }],
  ['injection', { intents: [Intent.Spam] }],
  ['test', { intents: [Intent.Other] }],
])

/** Facts that show an outage when a customer's note is P0 for no other reason. */
const OUTAGE_FACTS: readonly Fact[] = ['many-affected', 'standstill']
const OTHER_P0_FACTS: readonly Fact[] = ['data-loss', 'breach', 'mass-damage']

/** All tags of docs/triage.md. */
export const TAG_NAMES: readonly string[] = [...TAGS.keys(), 'urgent'].sort()

/** The tags of a note, sorted, without duplicates. */
export function tagsOf(intent: Intent, priority: Priority, facts: ReadonlySet<Fact>): string[] {
  const tags: string[] = []
  for (const [tag, { intents, priorities }] of TAGS) {
    if (!intents.includes(intent) || priorities?.includes(priority) === false) continue
    if (facts.has(tag) || (tag === 'outage' && impliesOutage(facts))) tags.push(tag)
  }
  if (facts.has('urgent') && !facts.has('no-rush') && priority !== Priority.P3) tags.push('urgent')
  return tags.sort()
}

function impliesOutage(facts: ReadonlySet<Fact>): boolean {
  return OUTAGE_FACTS.some((fact) => facts.has(fact)) && !OTHER_P0_FACTS.some((fact) => facts.has(fact))
}
