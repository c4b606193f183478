import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { Stage, type Verdict } from '../domain/insight.ts'
import { Intent, NextAction, Priority } from '../domain/vocabulary.ts'

/** Leads in memory, and which of them a list must have: what ListInsights is compared with. */
export interface ListedLead {
  readonly id: string
  readonly client: string
  readonly source: string | null
  readonly email: string | null
  readonly name: string | null
  readonly note: string
  readonly createdAt: Date
  readonly state: 'pending' | 'open' | 'dead_lettered'
  /** Set exactly if the state is open. */
  readonly insight:
    | {
        readonly stage: Stage
        readonly analyzed: Verdict
        readonly corrected: Verdict | undefined
        readonly confidence: number
        readonly tags: readonly string[]
        readonly language: string
        readonly analyzer: string
      }
    | undefined
}

/** A filter as a request has it. */
export interface ListFilter {
  readonly priorities?: readonly Priority[]
  readonly intents?: readonly Intent[]
  readonly next_actions?: readonly NextAction[]
  readonly stages?: readonly Stage[]
  readonly tags?: readonly string[]
  readonly languages?: readonly string[]
  readonly analyzers?: readonly string[]
  readonly min_confidence?: number
  readonly max_confidence?: number
  readonly corrected?: boolean
  readonly states?: readonly ListedLead['state'][]
  readonly sources?: readonly string[]
  readonly clients?: readonly string[]
  readonly created_after?: Date
  readonly created_before?: Date
  readonly email?: string
  readonly text?: string
}

const START = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000

// few values, so that filters and leads meet, and several leads have the same time
const TAGS = ['pricing', 'demo', 'p:P0']
const LANGUAGES = ['en', 'de', 'und']
const ANALYZERS = ['rules@1', 'rules@2']
const SOURCES = ['web', 'fair, "2026"']
const CLIENTS = ['website', 'shop']
const EMAILS = ['ada@example.com', 'ADA@example.com', 'max@example.com']
const CONFIDENCES = [0, 0.29, 0.3, 0.7, 0.95, 1]
const TEXTS = ['quote', 'ЦЕНА', 'ada@', '見積もり', 'x_%']

const verdicts = fc.record({
  intent: fc.constantFrom(...Object.values(Intent)),
  priority: fc.constantFrom(...Object.values(Priority)),
  nextAction: fc.constantFrom(...Object.values(NextAction)),
})
// every third on the same hour of a few days, others anywhere within half a year
const times = fc
  .oneof(
    fc.integer({ min: 0, max: 72 }).map((hours) => hours * HOUR_MS),
    fc.integer({ min: 0, max: 180 * 24 * HOUR_MS }),
  )
  .map((ms) => new Date(START + ms))

const listedLead: fc.Arbitrary<ListedLead> = fc
  .record({
    client: fc.constantFrom(...CLIENTS),
    source: fc.constantFrom(null, ...SOURCES),
    email: fc.constantFrom(null, ...EMAILS),
    name: fc.constantFrom(null, 'Ada Quote', 'Žofie'),
    note: fc.constantFrom('A Quote, please', 'Какая цена?', '見積もりをお願いします', 'x_%y', 'nothing'),
    createdAt: times,
    state: fc.constantFrom('open', 'open', 'open', 'open', 'pending', 'dead_lettered'),
    insight: fc.record({
      stage: fc.constantFrom(...Object.values(Stage)),
      analyzed: verdicts,
      corrected: fc.option(verdicts, { nil: undefined }),
      confidence: fc.constantFrom(...CONFIDENCES),
      tags: fc.subarray(TAGS),
      language: fc.constantFrom(...LANGUAGES),
      analyzer: fc.constantFrom(...ANALYZERS),
    }),
  })
  .map((lead) => ({ ...lead, id: randomUUID(), insight: lead.state === 'open' ? lead.insight : undefined }))

export const listedLeads = fc.array(listedLead, { maxLength: 60 })

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1, maxLength: 2 })

/** Filters with up to four fields. */
export const listFilters: fc.Arbitrary<ListFilter> = fc
  .tuple(
    fc.record({
      priorities: some(Object.values(Priority)),
      intents: some(Object.values(Intent)),
      next_actions: some(Object.values(NextAction)),
      stages: some(Object.values(Stage)),
      tags: some(TAGS),
      languages: some(LANGUAGES),
      analyzers: some(ANALYZERS),
      min_confidence: fc.constantFrom(...CONFIDENCES),
      max_confidence: fc.constantFrom(...CONFIDENCES),
      corrected: fc.boolean(),
      states: some(['pending', 'open', 'dead_lettered'] as const),
      sources: some(SOURCES),
      clients: some(CLIENTS),
      created_after: times,
      created_before: times,
      email: fc.constantFrom(...EMAILS),
      text: fc.constantFrom(...TEXTS),
    }),
    fc.infiniteStream(fc.nat()),
    fc.integer({ min: 0, max: 4 }),
  )
  .map(([fields, numbers, count]) => {
    const entries = Object.entries(fields)
    const chosen = Array.from({ length: count }, () => entries[(numbers.next().value ?? 0) % entries.length])
    return Object.fromEntries(chosen.filter((entry) => entry !== undefined)) as ListFilter
  })
  .filter(isPossible)

/** Whether the ranges contain something; a request with others is rejected. */
function isPossible({ min_confidence, max_confidence, created_after, created_before }: ListFilter): boolean {
  if ((min_confidence ?? 0) > (max_confidence ?? 1)) return false
  return !created_after || !created_before || created_after < created_before
}

/** The ids of the leads that match, in order. */
export function expectedIds(leads: readonly ListedLead[], filter: ListFilter, order: string): string[] {
  const direction = order === 'newest' ? -1 : 1
  const rank = ({ insight }: ListedLead) => (insight === undefined ? 'P9' : effective(insight).priority)
  const place = (lead: ListedLead) => `${lead.createdAt.toISOString()} ${lead.id}`
  return leads
    .filter((lead) => matches(lead, filter))
    .sort((a, b) => {
      if (order === 'urgency' && rank(a) !== rank(b)) return rank(a) < rank(b) ? -1 : 1
      return direction * (place(a) < place(b) ? -1 : 1)
    })
    .map(({ id }) => id)
}

function effective({ analyzed, corrected }: NonNullable<ListedLead['insight']>): Verdict {
  return corrected ?? analyzed
}

function matches({ insight, ...lead }: ListedLead, filter: ListFilter): boolean {
  const isOneOf = <T>(values: readonly T[] | undefined, value: T | null | undefined) =>
    values === undefined || values.length === 0 || values.some((other) => other === value)
  const verdict = insight && effective(insight)
  const contents = [lead.note, lead.name, lead.email].map((content) => content?.toLowerCase() ?? '')
  return (
    isOneOf(filter.priorities, verdict?.priority) &&
    isOneOf(filter.intents, verdict?.intent) &&
    isOneOf(filter.next_actions, verdict?.nextAction) &&
    isOneOf(filter.stages, insight?.stage) &&
    (filter.tags ?? []).every((tag) => insight?.tags.includes(tag)) &&
    isOneOf(filter.languages, insight?.language) &&
    isOneOf(filter.analyzers, insight?.analyzer) &&
    (filter.min_confidence === undefined || (insight !== undefined && insight.confidence >= filter.min_confidence)) &&
    (filter.max_confidence === undefined || (insight !== undefined && insight.confidence <= filter.max_confidence)) &&
    (filter.corrected === undefined || (insight && (insight.corrected !== undefined) === filter.corrected) === true) &&
    isOneOf(filter.states, lead.state) &&
    isOneOf(filter.sources, lead.source) &&
    isOneOf(filter.clients, lead.client) &&
    (filter.created_after === undefined || lead.createdAt >= filter.created_after) &&
    (filter.created_before === undefined || lead.createdAt < filter.created_before) &&
    (filter.email === undefined || lead.email?.toLowerCase() === filter.email.toLowerCase()) &&
    (filter.text === undefined || contents.some((content) => content.includes(filter.text?.toLowerCase() ?? '')))
  )
}
