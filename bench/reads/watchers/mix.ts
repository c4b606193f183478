import type { MessageInitShape } from '@bufbuild/protobuf'
import { Intent, Priority } from '../../../gen/leadtriage/insights/v1/insight_pb.ts'
import type { InsightFilterSchema } from '../../../gen/leadtriage/insights/v1/lead_insight_pb.ts'

export const WatchProtocol = { Sse: 'SSE', Connect: 'Connect', Grpc: 'gRPC' } as const
export type WatchProtocol = (typeof WatchProtocol)[keyof typeof WatchProtocol]

/** A stored insight, as far as filters look at it. */
export interface StoredInsight {
  readonly id: string
  /** When the transaction that stored it began, in ms since 1970. */
  readonly storedAt: number
  readonly priority: string
  readonly intent: string
  readonly source: string | null
}

export interface WatchFilter {
  /** As a query over REST. */
  readonly query: string
  readonly message: MessageInitShape<typeof InsightFilterSchema>
  readonly matches: (insight: StoredInsight) => boolean
}

export interface WatcherPlan {
  readonly filter: WatchFilter
  readonly protocol: WatchProtocol
}

const URGENT: WatchFilter = {
  query: 'priority=P0&priority=P1',
  message: { priorities: [Priority.P0, Priority.P1] },
  matches: ({ priority }) => priority === 'P0' || priority === 'P1',
}
const EVERYTHING: WatchFilter = { query: '', message: {}, matches: () => true }
const OF_INTENTS = (['BUY', 'SUPPORT', 'SPAM', 'JOB', 'OTHER'] as const satisfies (keyof typeof Intent)[]).map(
  (name): WatchFilter => ({
    query: `intent=${name.toLowerCase()}`,
    message: { intents: [Intent[name]] },
    matches: ({ intent }) => intent === name.toLowerCase(),
  }),
)
const OF_SOURCES = ['website', 'fair', 'partner'].map(
  (name): WatchFilter => ({
    query: `source=${name}`,
    message: { sources: [name] },
    matches: ({ source }) => source === name,
  }),
)
const PROTOCOLS = [WatchProtocol.Sse, WatchProtocol.Sse, WatchProtocol.Connect, WatchProtocol.Grpc] as const

/**
 * What the watchers of a busy installation look at: a third of them P0 and P1, a third one intent, a third one source,
 * and of a hundred, one everything. Half of each over server-sent events, the others over Connect and gRPC.
 */
export function planWatchers(count: number): WatcherPlan[] {
  return Array.from({ length: count }, (_, number) => {
    const place = Math.floor(number / 3)
    const kinds = [URGENT, at(OF_INTENTS, Math.floor(place / 4)), at(OF_SOURCES, Math.floor(place / 4))]
    return { filter: number % 100 === 50 ? EVERYTHING : at(kinds, number), protocol: at(PROTOCOLS, place) }
  })
}

function at<Item>(items: readonly Item[], number: number): Item {
  return items[number % items.length] as Item // the index is within the list
}
