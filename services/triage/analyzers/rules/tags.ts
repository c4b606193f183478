import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Fact } from './findings/finding.ts'
import { LEARNED_TAGS, type LearnedTag } from './learned/model.ts'
import { VERDICTS } from './learned/verdict.ts'

interface TagRule {
  readonly intents: readonly Intent[]
  /** Undefined for all priorities. docs/triage.md defines outages as P0 and threats to leave as P1. */
  readonly priorities?: readonly Priority[]
}

/** The verdicts for which a tag is useful. */
const RULES: Readonly<Record<LearnedTag, TagRule>> = {
  enterprise: { intents: [Intent.Buy] },
  pricing: { intents: [Intent.Buy] },
  demo: { intents: [Intent.Buy] },
  trial: { intents: [Intent.Buy] },
  renewal: { intents: [Intent.Buy] },
  'churn-risk': { intents: [Intent.Support], priorities: [Priority.P0, Priority.P1] },
  outage: { intents: [Intent.Support], priorities: [Priority.P0] },
  security: { intents: [Intent.Buy, Intent.Support, Intent.Other] },
  billing: { intents: [Intent.Support, Intent.Other] },
  legal: { intents: [Intent.Support, Intent.Other] },
  press: { intents: [Intent.Other] },
  partner: { intents: [Intent.Buy, Intent.Other] },
  injection: { intents: [Intent.Spam] },
  test: { intents: [Intent.Other] },
}

/**
 * Minimum probability of a tag. Below one half, because the labels of the training notes are incomplete: a probability
 * of 0.3 is right more often than that.
 */
const MIN_PROBABILITY = 0.3
/** With a phrase of the vocabulary that states the same fact. */
const MIN_PROBABILITY_WITH_FACT = 0.1
/** Tags that follow from their definition: 50 seats are an enterprise, whatever else the note says. */
const DEFINED: readonly Fact[] = ['enterprise', 'test']

const DUE_SOON: readonly Fact[] = ['due-today', 'due-this-week']

/** All tags of docs/triage.md. */
export const TAG_NAMES: readonly string[] = [...LEARNED_TAGS, 'urgent'].sort()

const LEAST = logOdds(MIN_PROBABILITY)
const LEAST_WITH_FACT = logOdds(MIN_PROBABILITY_WITH_FACT)

function logOdds(probability: number): number {
  return Math.log(probability / (1 - probability))
}

/** Tells which facts a note states. */
type Facts = Pick<ReadonlySet<Fact>, 'has'>

/**
 * The tags of a note, sorted, without duplicates.
 *
 * @param scores of all outputs of the model; those of tags are log-odds
 */
export function tagsOf(intent: Intent, priority: Priority, facts: Facts, scores: ArrayLike<number>): string[] {
  const tags: string[] = []
  for (let i = 0; i < LEARNED_TAGS.length; i++) {
    const tag = LEARNED_TAGS[i] as LearnedTag
    const score = scores[VERDICTS.length + i] as number
    const needsFact = score < LEAST
    if (needsFact && score < LEAST_WITH_FACT && !DEFINED.includes(tag)) continue
    if (suits(tag, intent, priority) && (!needsFact || facts.has(tag))) tags.push(tag)
  }
  if (isUrgent(intent, priority, facts)) tags.push('urgent')
  return tags.sort()
}

function suits(tag: LearnedTag, intent: Intent, priority: Priority): boolean {
  const { intents, priorities } = RULES[tag]
  return intents.includes(intent) && priorities?.includes(priority) !== false
}

/** Urgent follows from P0, or from a deadline this week with a note that must be answered today. */
function isUrgent(intent: Intent, priority: Priority, facts: Facts): boolean {
  if (priority === Priority.P0) return true
  if (priority !== Priority.P1 || intent === Intent.Other) return false
  return facts.has('deadline') && DUE_SOON.some((fact) => facts.has(fact))
}
