/*
 * The labels of the domain as text, and as the numbers of protobuf enums, which count from 1 in this order.
 * labels.test.ts compares them with the contract.
 */

export const INTENTS = ['buy', 'support', 'spam', 'job', 'other'] as const
export type Intent = (typeof INTENTS)[number]

/** P0: act now. P1: today. P2: this week. P3: when there is time, or never. */
export const PRIORITIES = ['P0', 'P1', 'P2', 'P3'] as const
export type Priority = (typeof PRIORITIES)[number]

export const NEXT_ACTIONS = ['call', 'email', 'qualify', 'ignore'] as const
export type NextAction = (typeof NEXT_ACTIONS)[number]

/** `provisional`: a quick result that a better analyzer may still replace. */
export const STAGES = ['provisional', 'final'] as const
export type Stage = (typeof STAGES)[number]

/** `pending`: waits for triage. `open`: has an insight. `dead_lettered`: triage failed. */
export const LEAD_STATES = ['pending', 'open', 'dead_lettered'] as const
export type LeadState = (typeof LEAD_STATES)[number]

/** `urgency`: P0 first, within a priority oldest first. */
export const INSIGHT_ORDERS = ['urgency', 'newest', 'oldest'] as const
export type InsightOrder = (typeof INSIGHT_ORDERS)[number]

export const TIMELINE_EVENTS = ['received', 'triaged', 'dead_lettered', 'corrected'] as const
export type TimelineEvent = (typeof TIMELINE_EVENTS)[number]

export const STATS_INTERVALS = ['hour', 'day'] as const
export type StatsInterval = (typeof STATS_INTERVALS)[number]

export const STATS_BREAKDOWNS = ['source', 'client', 'language'] as const
export type StatsBreakdown = (typeof STATS_BREAKDOWNS)[number]

/** A label in a response: `unknown` when a newer service uses one that this version of the client does not have. */
export type Known<Label extends string> = Label | 'unknown'

export function labelOf<Label extends string>(labels: readonly Label[], number: number): Known<Label> {
  return labels[number - 1] ?? 'unknown'
}

/** 0, which stands for an absent label, if it is undefined. @throws TypeError for a label that does not exist */
export function numberOf<Label extends string>(labels: readonly Label[], label: Label | undefined): number {
  if (label === undefined) return 0
  const index = labels.indexOf(label)
  if (index < 0) throw new TypeError(`"${label}" is none of ${labels.join(', ')}`)
  return index + 1
}

export function numbersOf<Label extends string>(labels: readonly Label[], some: readonly Label[] = []): number[] {
  return some.map((label) => numberOf(labels, label))
}
